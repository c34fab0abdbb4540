import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import { momentText } from "../records/values";
import { Failed } from "./not-there";
import type { Draft } from "./types";

interface Outgoing {
  letter_id: string;
  case_id: string | null;
  number: string | null;
  author: string | null;
  to: string[];
  subject: string;
  state: "queued" | "failed" | "bounced";
  attempts: number;
  due_at: number;
  tried_at: number | null;
  error: string;
  refused: Record<string, string>;
}

interface Outbox {
  held: Draft[];
  letters: Outgoing[];
}

/** `/outbox`: letters that wait for their time or for the relay, that were refused, and that came back. */
export default function OutboxPage() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("outbox", () => call<Outbox>("GET", "/outbox"));
  const failed = data?.letters.filter(({ state }) => state !== "queued") ?? [];
  const queued = data?.letters.filter(({ state }) => state === "queued") ?? [];
  return (
    <main className="records-page scroll" tabIndex={0} aria-label={t("page.outbox")} data-testid="outbox">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="send" size={20} />{t("page.outbox")}</h1>
        <span className="grow" />
        <Button look="quiet" icon="again" onPress={again}>{t("writing.look_again")}</Button>
      </header>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>) : (
        <div className="outbox-page">
          {data.held.length + data.letters.length === 0 && <Empty icon="check" title={t("writing.all_sent")} />}
          {failed.length > 0 && <Part title={t("writing.not_sent")} count={failed.length}>{failed.map((each) => <Row key={each.letter_id} row={each}><Failed id={each.letter_id} error={each.error} refused={each.refused} done={again} /></Row>)}</Part>}
          {queued.length > 0 && <Part title={t("writing.waiting")} count={queued.length}>{queued.map((each) => <Row key={each.letter_id} row={each}>{each.error && <p className="tiny wrong">{t("writing.tries_again", { error: each.error })}</p>}</Row>)}</Part>}
          {data.held.length > 0 && <Part title={t("writing.timed")} count={data.held.length}>{data.held.map((each) => <Held key={each.id} draft={each} done={again} />)}</Part>}
        </div>
      )}
    </main>
  );
}

function Part({ title, count, children }: { title: string; count: number; children: React.ReactNode }) {
  return <section className="panel"><h2 className="label row">{title} <span className="num faint">{count}</span></h2><ul className="outbox-rows">{children}</ul></section>;
}

function Row({ row, children }: { row: Outgoing; children: React.ReactNode }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return (
    <li data-testid={`out-${row.letter_id}`}>
      <div className="row wrap">
        <Pill tone={row.state === "queued" ? "mute" : "stop"} icon={row.state === "queued" ? "clock" : "warn"}>{t(row.state === "bounced" ? "writing.bounced" : `letter.${row.state}`)}</Pill>
        <span className="strong clip" dir="auto">{row.subject || t("letter.no_subject")}</span>
        {row.case_id && <Link to={`/records/cases/${row.case_id}`} className="num small">{row.number}</Link>}
        <span className="grow" />
        <span className="tiny faint num">{momentText(row.tried_at ?? row.due_at, language)}</span>
      </div>
      <p className="small soft">{t("writing.by_to", { name: row.author ?? t("writing.machine"), to: row.to.join(", ") })}{row.attempts > 0 && <> · {t("writing.attempts", { tries: row.attempts })}</>}</p>
      {children}
    </li>
  );
}

function Held({ draft, done }: { draft: Draft; done: () => void }) {
  const { t, i18n } = useTranslation();
  const [busy, problem, run] = useBusy();
  const cancel = (): void => run(() => call("POST", `/drafts/${segment(draft.id)}/undo`).then(done));
  return (
    <li>
      <div className="row wrap">
        <Pill tone="accent" icon="clock">{momentText(draft.send_at ?? 0, i18n.language as Language)}</Pill>
        <span className="strong clip" dir="auto">{draft.content.subject || t("letter.no_subject")}</span>
        {draft.case_id && <Link to={`/records/cases/${draft.case_id}`} className="small">{t("writing.to_case")}</Link>}
        <span className="grow" />
        <Button small icon="undo" isDisabled={busy} onPress={cancel}>{t("writing.cancel")}</Button>
      </div>
      <p className="small soft">{t("writing.by_to", { name: draft.owner, to: draft.content.to.join(", ") })}</p>
      <Wrong problem={problem} />
    </li>
  );
}
