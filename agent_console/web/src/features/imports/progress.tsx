import { useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { problemText } from "../../i18n";
import { call, Problem } from "../../net/api";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { importPath, StatePill } from "./imports-page";
import { Report } from "./report";
import type { ImportDoc, Outcome } from "./types";

const OUTCOMES: readonly Outcome[] = ["created", "updated", "unchanged", "skipped", "failed"];
const TAKEN_BACK_FROM = ["finished", "stopped", "failed"];

/** How far it is, what became of the rows, and what can be done about it. */
export function Progress({ item, changed }: { item: ImportDoc; changed: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [sure, setSure] = useState(false);
  const [busy, problem, run] = useBusy();
  const act = (what: string) => (): void => {
    setSure(false);
    run(() => call("POST", importPath(item.id, `/${what}`)).then(changed));
  };
  const forReal = (): void => run(() => call("POST", importPath(item.id, "/start"), { columns: item.columns, mode: item.mode, match: item.match, clear: item.clear, dry_run: false }).then(changed));
  const n = (count: number): string => count.toLocaleString(language);
  const undoing = item.state === "undoing" || item.state === "undone";
  const [done, total] = undoing ? [item.taken_back + item.kept, item.created + item.updated] : [item.rows, item.rows_total];
  const written = item.created + item.updated;
  return (
    <section className="panel form" data-testid="import-progress" data-state={item.state}>
      <div className="row">
        <h2 className="pane-title import-name" dir="auto">{item.file_name}</h2>
        <StatePill state={item.state} />
      </div>
      <progress className="import-bar" max={Math.max(total, 1)} value={done} aria-label={t("imports.title")} />
      <p className="small import-line" role="status">
        <span className="num">{undoing ? t("imports.undo_progress", { done: n(done), total: n(total) }) : t("imports.progress", { done: n(done), total: n(total) })}</span>
        {item.state === "running" && <Speed item={item} />}
        {item.dry_run && item.state === "checked" && <strong>{t("imports.dry")}</strong>}
        {item.state === "finished" && <span className="faint">{item.searchable ? t("imports.searchable") : t("imports.not_searchable")}</span>}
      </p>
      <dl className="import-figures">
        {OUTCOMES.map((outcome) => <Figure key={outcome} name={t(`imports.${outcome}`)} value={n(item[outcome])} alarm={outcome === "failed" && item.failed > 0} testid={`import-${outcome}`} />)}
        {undoing && <Figure name={t("imports.taken_back")} value={n(item.taken_back)} testid="import-taken-back" />}
        {undoing && <Figure name={t("imports.kept")} value={n(item.kept)} alarm={item.kept > 0} testid="import-kept" />}
      </dl>
      {item.error && <p className="wrong" role="alert">{problemText(t, new Problem(item.error, 0))}</p>}
      <Wrong problem={problem} />
      <div className="row">
        {item.state === "checked" && <Button look="primary" icon="arrowIn" isDisabled={busy} onPress={forReal} data-testid="import-real">{t("imports.start_real")}</Button>}
        {["queued", "running"].includes(item.state) && <Button icon="pause" isDisabled={busy} onPress={act("stop")} data-testid="import-stop">{t("imports.stop")}</Button>}
        {["stopped", "failed"].includes(item.state) && item.taken_back + item.kept === 0 && item.rows < item.rows_total && <Button look="primary" icon="play" isDisabled={busy} onPress={act("resume")} data-testid="import-resume">{t("imports.resume")}</Button>}
        {TAKEN_BACK_FROM.includes(item.state) && written > 0 && !item.dry_run && !sure && <Button icon="undo" isDisabled={busy} onPress={() => setSure(true)} data-testid="import-undo">{t("imports.undo")}</Button>}
      </div>
      {sure && (
        <div className="import-sure" role="alertdialog" aria-label={t("imports.undo")}>
          <p>{t("imports.undo_sure", { created: n(item.created), updated: n(item.updated) })}</p>
          <div className="row">
            <Button look="stop" icon="undo" isDisabled={busy} onPress={act("undo")} data-testid="import-undo-yes">{t("imports.undo_yes")}</Button>
            <Button look="quiet" onPress={() => setSure(false)}>{t("imports.undo_no")}</Button>
          </div>
        </div>
      )}
      <Report item={item} />
    </section>
  );
}

function Speed({ item }: { item: ImportDoc }) {
  const { t, i18n } = useTranslation();
  const seconds = Date.now() / 1000 - (item.started_at ?? 0);
  const rate = item.rows / Math.max(seconds, 0.5);
  if (item.rows === 0 || rate <= 0) return null;
  return <span className="faint num">{t("imports.speed", { n: Math.round(rate).toLocaleString(i18n.language) })} · {t("imports.remaining", { time: duration((item.rows_total - item.rows) / rate) })}</span>;
}

function Figure({ name, value, alarm = false, testid }: { name: string; value: string; alarm?: boolean; testid: string }) {
  return (
    <div className={alarm ? "alarm" : ""}>
      <dt>{name}</dt>
      <dd className="num" data-testid={testid}>{value}</dd>
    </div>
  );
}
