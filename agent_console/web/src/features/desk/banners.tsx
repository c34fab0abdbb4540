import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDoc, useLink, useMe, useList, usePhone, useDesk } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Banner } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { ServersAway } from "./servers";
import { choose } from "./status-control";

interface Props {
  startPhone: (take: boolean) => Promise<void>;
}

/** What the agent must know, each with the one click that mends it. */
export function Banners({ startPhone }: Props) {
  return (
    <div className="banners">
      <LinkBanner />
      <TelephonyBanner />
      <PhoneBanner startPhone={startPhone} />
      <BackToReady />
      <NoticeBanner />
      <ReloadBanner />
    </div>
  );
}

function LinkBanner() {
  const { t } = useTranslation();
  const link = useLink();
  if (link === "ended") return <Banner tone="stop" icon="unlink" assertive><span>{t("login.ended")}</span></Banner>; // a call still talks
  if (link !== "lost" && link !== "stale") return null;
  return <Banner tone="stop" icon="unlink" assertive><span>{t("link.lost_long")}</span></Banner>;
}

function TelephonyBanner() {
  const { t } = useTranslation();
  const asterisk = useDoc("link", "asterisk");
  const mail = useDoc("link", "mail");
  return (
    <>
      {asterisk && !asterisk.up && <Banner tone="ring" icon="warn"><span>{t("link.asterisk_down")}</span></Banner>}
      <ServersAway />
      {mail && !mail.up && <Banner tone="ring" icon="warn"><span>{t("link.mail_down")}</span></Banner>}
    </>
  );
}

function PhoneBanner({ startPhone }: Props) {
  const { t } = useTranslation();
  const { phone: device } = useDesk();
  const phone = usePhone();
  const start = (take: boolean): void => attempt(device.unlock().then(() => startPhone(take)));
  if (phone.stage === "elsewhere") {
    return (
      <Banner tone="accent" icon="phone">
        <span>{t("phone.elsewhere_long")}</span>
        <Button small onPress={() => start(true)} data-testid="take-over">{t("phone.take_over")}</Button>
      </Banner>
    );
  }
  if (phone.stage === "failed" && phone.problem) {
    return (
      <Banner tone="stop" icon="micOff" assertive>
        <span>{t(`phone.problem.${phone.problem}`)}</span>
        <Button small icon="undo" onPress={() => start(false)}>{t("common.retry")}</Button>
      </Banner>
    );
  }
  if (phone.stage === "offline") return <Banner tone="ring" icon="unlink"><span>{t("phone.problem.unreachable")}</span></Banner>;
  if (phone.silent && phone.stage === "registered") {
    return (
      <Banner tone="ring" icon="bell">
        <span>{t("phone.silent")}</span>
        <Button small onPress={() => void device.unlock()}>{t("phone.unlock")}</Button>
      </Banner>
    );
  }
  return null;
}

/** The system paused the agent: say why, and lead back with one click. */
function BackToReady() {
  const { t } = useTranslation();
  const me = useMe();
  const key = me?.status === "paused" && ["shift_start", "no_answer", "declined", "phone_failed", "console_lost"].includes(me.reason) ? me.reason : null;
  if (!key) return null;
  const calm = key === "shift_start" || key === "declined";
  return (
    <Banner tone={calm ? "accent" : "ring"} icon={calm ? "info" : "warn"}>
      <span>{t(`back.${key}`)}</span>
      <Button small look="go" icon="check" onPress={() => choose("ready")} data-testid="back-to-ready">{t("back.ready")}</Button>
    </Banner>
  );
}

// What the way back to ready has told already; once ready it is old news.
const SAID_ELSEWHERE = new Set(["offer.missed", "offer.declined", "offer.unreachable", "offer.failed"]);

/** Notices that no other part of the screen tells. */
function NoticeBanner() {
  const { t } = useTranslation();
  const [dismissed, setDismissed] = useState<string | null>(null);
  const notices = useList("notices").filter(({ id, code }) => id !== dismissed && !SAID_ELSEWHERE.has(code));
  const newest = [...notices].sort((a, b) => b.at - a.at)[0];
  if (!newest) return null;
  const words = t(`notice.${newest.code.replaceAll(".", "_")}`, { ...newest.params, defaultValue: newest.code });
  return (
    <Banner tone="mute" icon="info">
      <span data-testid="notice">{words}</span>
      <Button small look="quiet" onPress={() => setDismissed(newest.id)}>{t("common.dismiss")}</Button>
    </Banner>
  );
}

/** A newer console is on the server: offered between calls only. */
function ReloadBanner() {
  const { t } = useTranslation();
  const { feed, session } = useDesk();
  const link = useLink();
  const items = useList("items");
  if (link !== "live" || !feed.build || feed.build === session.build || items.length > 0) return null;
  return (
    <Banner tone="accent" icon="info">
      <span>{t("link.new_build")}</span>
      <Button small onPress={() => window.location.reload()}>{t("link.reload")}</Button>
    </Banner>
  );
}
