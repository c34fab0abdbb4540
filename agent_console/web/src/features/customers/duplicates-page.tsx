import { useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, Problem, segment } from "../../net/api";
import { usePages, type Page } from "../../store/pages";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { allows, useEntity } from "../records/entities";
import { JobStrip } from "./job-strip";
import { MergeDialog } from "./merge-dialog";
import { partyAddress, type Candidate, type Changed, type PartyBrief } from "./types";

const STATES = ["open", "dismissed"] as const;

/** Pairs of customers that look alike, side by side: merge them, or say that they are two. */
export default function DuplicatesPage() {
  const { t } = useTranslation();
  const entity = useEntity("party");
  const [state, setState] = useState<(typeof STATES)[number]>("open");
  const [round, setRound] = useState(0);
  const [merging, merge] = useState<Candidate | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const { items, problem, again, more } = usePages(`${state}#${round}`, (cursor) =>
    call<Page<Candidate>>("GET", `/parties/duplicates?state=${state}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`));
  const [busy, failed, run] = useBusy();
  const reload = (): void => setRound((now) => now + 1);
  const decide = (candidate: Candidate, to: "open" | "dismissed"): void => run(() => call("PUT", `/parties/duplicates/${segment(candidate.id)}`, { state: to }).then(reload));
  const merged = (mergeId: string): void => {
    merge(null);
    setDone(mergeId);
    reload();
  };
  return (
    <main className="work-page" aria-label={t("page.duplicates")} data-testid="duplicates-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.duplicates")}</h1><JobStrip kind="duplicate_scan" finished={reload} /></header>
      <div className="tools">
        {STATES.map((each) => <button key={each} type="button" className="chip-choice" aria-pressed={each === state} onClick={() => setState(each)}>{t(`customers.duplicates_${each}`)}</button>)}
      </div>
      {done && <Undo mergeId={done} undone={() => { setDone(null); reload(); }} close={() => setDone(null)} />}
      <Wrong problem={failed} />
      <div className="work-body scroll" tabIndex={0} aria-label={t("page.duplicates")}>
        {!items ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />) : items.length === 0 ? <Empty icon="check" title={t("customers.no_duplicates")}><p>{t("customers.no_duplicates_text")}</p></Empty> : (
          <ul className="pairs">
            {items.map((each) => (
              <li key={each.id} className="panel pair" data-testid="pair">
                <Side party={each.a} />
                <div className="pair-why">
                  <span className="pair-score num" title={t("customers.score")}>{each.score}</span>
                  {Object.keys(each.reasons).map((rule) => <Pill key={rule} tone="ring">{t(`customers.why_${rule}`)}</Pill>)}
                </div>
                <Side party={each.b} />
                <div className="pair-do">
                  {entity && allows(entity, "delete") && state === "open" && <Button small look="primary" icon="users" onPress={() => merge(each)} data-testid="pair-merge">{t("customers.merge")}</Button>}
                  <Button small look="quiet" icon={state === "open" ? "cross" : "undo"} isDisabled={busy} onPress={() => decide(each, state === "open" ? "dismissed" : "open")} data-testid="pair-dismiss">{t(state === "open" ? "customers.are_two" : "customers.look_again")}</Button>
                </div>
              </li>
            ))}
          </ul>
        )}
        {more && <Button small look="quiet" onPress={more}>{t("records.more")}</Button>}
      </div>
      {merging && <MergeDialog a={merging.a.id} b={merging.b.id} close={() => merge(null)} merged={merged} />}
    </main>
  );
}

function Side({ party }: { party: PartyBrief }) {
  const about = [party.title, party.organisation].filter(Boolean).join(" · ");
  return (
    <div className="pair-side">
      <span className="row"><Icon name={party.kind === "organisation" ? "building" : "user"} size={18} /><Link to={partyAddress(party.id)} className="strong clip" dir="auto">{party.name}</Link></span>
      <span className="small soft clip" dir="auto">{about || "–"}</span>
      <span className="small num clip">{[party.phone && phoneNumber(party.phone), party.email].filter(Boolean).join(" · ") || "–"}</span>
    </div>
  );
}

/** After a merge, and on its page: take it back, and say what was changed since. */
export function Undo({ mergeId, undone, close }: { mergeId: string; undone: () => void; close?: () => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [changed, setChanged] = useState<Changed[] | null>(null);
  const undo = (): void => {
    setBusy(true);
    call<{ changed_since: Changed[] }>("POST", `/parties/merges/${segment(mergeId)}/undo`)
      .then(({ changed_since }) => {
        tell("customers.undone");
        if (changed_since.length === 0) undone();
        else setChanged(changed_since);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        setProblem(error);
      })
      .finally(() => setBusy(false));
  };
  if (changed) {
    return (
      <Banner tone="ring" icon="info">
        <span className="grow">{t("customers.changed_since", { count: changed.length })} <span className="small">{changed.map((each) => `${each.table}: ${each.columns.join(", ") || t("customers.removed_row")}`).join(" · ")}</span></span>
        <Button small onPress={undone}>{t("customers.understood")}</Button>
      </Banner>
    );
  }
  return (
    <Banner tone="accent" icon="check">
      <span className="grow">{t("customers.merged_now")}</span>
      <Wrong problem={problem} />
      <Button small icon="undo" isDisabled={busy} onPress={undo} data-testid="merge-undo">{t("customers.undo_merge")}</Button>
      {close && <Button small look="quiet" icon="cross" onPress={close}>{t("customers.close")}</Button>}
    </Banner>
  );
}
