import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { useEntities } from "../records/entities";
import { RecordPicker } from "../records/picker";
import { JobBar, useJob } from "./job-strip";
import type { Job } from "./types";

interface Person {
  id: string;
  name: string;
}

/** Everything that belongs to one person becomes another's, in one action. */
export default function HandoverPage() {
  const { t } = useTranslation();
  const [giver, setGiver] = useState<Person | null>(null);
  const [taker, setTaker] = useState<Person | null>(null);
  const [asked, setAsked] = useState<Job | null>(null);
  const [busy, problem, run] = useBusy();
  const [round, setRound] = useState(0);
  const job = useJob(asked, () => setRound((now) => now + 1));
  const key = giver ? `/handovers/${segment(giver.id)}` : null;
  const { data, problem: unread, again } = useResource(key && `${key}#${round}`, () => call<{ counts: Record<string, number> }>("GET", key ?? ""));
  const going = job?.state === "queued" || job?.state === "running";
  const nothing = data !== null && Object.keys(data.counts).length === 0;
  const hand = (): void => {
    if (giver && taker) run(() => call<{ job: Job }>("POST", "/handovers", { from_id: giver.id, to_id: taker.id }).then((answer) => setAsked(answer.job)));
  };
  return (
    <main className="work-page" aria-label={t("page.handover")} data-testid="handover-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.handover")}</h1></header>
      <div className="work-body narrow">
        <p className="soft small">{t("customers.handover_text")}</p>
        <div className="handover-who">
          <label className="form-label" htmlFor="handover-from">{t("customers.handover_from")}</label>
          <RecordPicker id="handover-from" refers="user" value={giver?.id ?? null} name={giver?.name ?? null} label={t("customers.handover_from")} change={(id, name) => { setAsked(null); setGiver(id === null ? null : { id, name }); }} testid="handover-from" />
          <label className="form-label" htmlFor="handover-to">{t("customers.handover_to")}</label>
          <RecordPicker id="handover-to" refers="user" value={taker?.id ?? null} name={taker?.name ?? null} label={t("customers.handover_to")} change={(id, name) => setTaker(id === null ? null : { id, name })} testid="handover-to" />
        </div>
        {giver && (!data ? (unread ? <Failure problem={unread} retry={again} /> : <Bones lines={3} />) : <Counts counts={data.counts} />)}
        <Wrong problem={problem} />
        <div className="row">
          <Button look="primary" icon="users" isDisabled={!giver || !taker || giver.id === taker.id || busy || going || nothing} onPress={hand} data-testid="handover-do">{t("customers.handover_do")}</Button>
          {going && <JobBar job={job} />}
          {job?.state === "done" && <Pill tone="go" icon="check">{t("customers.handed_over", { count: job.done })}</Pill>}
          {job?.state === "failed" && <Pill tone="stop" icon="warn">{t("customers.job_failed")}</Pill>}
        </div>
      </div>
    </main>
  );
}

function Counts({ counts }: { counts: Record<string, number> }) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const rows = Object.entries(counts);
  if (rows.length === 0) return <p className="faint small">{t("customers.owns_nothing")}</p>;
  return (
    <dl className="figures" data-testid="handover-counts">
      {rows.map(([name, count]) => <div key={name}><dt>{entities?.find((each) => each.name === name)?.plural[i18n.language as Language] ?? name}</dt><dd className="num">{count.toLocaleString()}</dd></div>)}
    </dl>
  );
}
