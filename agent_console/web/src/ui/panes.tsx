/** What a panel shows when it has nothing, waits, or failed; and the banner and pill that every part shares. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../net/api";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";
import { problemText } from "../i18n";

export type Tone = "go" | "ring" | "stop" | "talk" | "rest" | "mute" | "accent";

export function Pill({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`pill ${tone}${icon ? "" : " bare"}`}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const WIDTHS = ["62%", "88%", "74%", "40%"];

export function Bones({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="bones" role="status" aria-label={t("common.loading")}>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="bone" style={{ width: WIDTHS[i % WIDTHS.length] }} />
      ))}
    </div>
  );
}

export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="empty" role="alert">
      <Icon name="warn" size={28} />
      <h3>{problemText(t, problem)}</h3>
      {problem.requestId && <p className="faint">{t("common.request", { id: problem.requestId })}</p>}
      {retry && <Button small icon="undo" onPress={retry}>{t("common.retry")}</Button>}
    </div>
  );
}

export function Wrong({ problem }: { problem: Problem | null }) {
  const { t } = useTranslation();
  if (!problem) return null;
  return (
    <p className="wrong" role="alert">
      <Icon name="warn" size={16} />
      <span>{problemText(t, problem)}</span>
    </p>
  );
}

interface BannerProps {
  tone: "ring" | "stop" | "accent" | "mute";
  icon: IconName;
  children: ReactNode;
  assertive?: boolean;
}

export function Banner({ tone, icon, children, assertive }: BannerProps) {
  return (
    <div className={`banner ${tone}`} role={assertive ? "alert" : "status"}>
      <Icon name={icon} />
      {children}
    </div>
  );
}
