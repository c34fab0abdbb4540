import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Letter, PastInteraction } from "../../net/types";
import { go } from "../../route";
import { useCaseNews } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Past } from "../interaction/brief";
import { CaseFaxes } from "../fax/fax-list";
import { LetterView } from "../interaction/letter-view";
import { AskContext, type Ask } from "../writing/asking";
import { CaseWriting } from "../writing/case-writing";
import { useHere } from "../shell/here";
import { RecordPicker } from "../records/picker";
import type { PanelProps } from "../records/panels";
import { LogPaper } from "../texts/log-paper";
import { WriteText } from "../texts/new-text";
import { useWork } from "./work-panel";

interface Whole {
  interactions: PastInteraction[];
  thread: Letter[];
}

/** Letters and contacts of a case, with splitting, merging, and the way back from both. */
export default function ThreadPanel({ record, refresh }: PanelProps) {
  const { t, i18n } = useTranslation();
  const version = `${record.row_version}/${useCaseNews(record.id)}`;
  const { data, problem, again } = useResource(`case/${record.id}`, () => call<Whole>("GET", `/cases/${segment(record.id)}`), version);
  const work = useWork(record);
  const [mode, setMode] = useState<"" | "split" | "merge">("");
  const [writing, setWriting] = useState(false);
  const asking = useRef<{ letter: string; way: "reply" | "forward" } | null>(null);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />;
  const changed = (): void => {
    setMode("");
    choose(new Set());
    again();
    work.again();
    refresh();
  };
  const toggle = (id: string): void => choose(new Set(chosen.has(id) ? [...chosen].filter((each) => each !== id) : [...chosen, id]));
  const ask: Ask = (letter, way) => {
    setWriting(true);
    asking.current = { letter, way };
  };
  const pick = (id: string) => mode === "split" && <input type="checkbox" className="pick-one" checked={chosen.has(id)} aria-label={t("casework.move_this")} onChange={() => toggle(id)} />;
  return (
    <div className="thread-panel">
      <div className="row wrap">
        <Button small look={writing ? "on" : "plain"} icon="pen" aria-expanded={writing} onPress={() => setWriting(!writing)} data-testid="write">{t("writing.write")}</Button>
        <Button small look={mode === "split" ? "on" : "plain"} icon="arrowOut" onPress={() => setMode(mode === "split" ? "" : "split")} data-testid="split">{t("casework.split")}</Button>
        <Button small look={mode === "merge" ? "on" : "plain"} icon="link" onPress={() => setMode(mode === "merge" ? "" : "merge")} data-testid="merge">{t("casework.merge")}</Button>
        <WriteText party={typeof record["party_id"] === "string" ? record["party_id"] : undefined} caseId={record.id} done={again} />
        <LogPaper caseId={record.id} done={again} />
      </div>
      {writing && <CaseWriting key={record.id} caseId={record.id} language={i18n.language} thread={data.thread} version={`${version}/${data.thread.length}`} asking={asking} sent={again} />}
      {mode === "split" && <Split caseId={record.id} letters={data.thread.filter(({ id }) => chosen.has(id)).map(({ id }) => id)} interactions={data.interactions.filter(({ id }) => chosen.has(id)).map(({ id }) => id)} done={changed} />}
      {mode === "merge" && <Merge caseId={record.id} done={changed} />}
      {(work.data?.regroupings ?? []).map((each) => <Undo key={each.id} id={each.id} kind={each.kind} done={changed} />)}
      {data.thread.length + data.interactions.length === 0 && <Empty icon="mail" title={t("letter.empty_thread")} />}
      {data.thread.length > 0 && <AskContext.Provider value={ask}><ul className="opened-thread">{data.thread.map((each, place) => <li key={each.id} className="row top">{pick(each.id)}<div className="grow"><LetterView letter={each} open={place === data.thread.length - 1} /></div></li>)}</ul></AskContext.Provider>}
      <CaseFaxes caseId={record.id} version={version} />
      {data.interactions.length > 0 && <><h2 className="label">{t("customer.history")}</h2><ul className="lines airy">{data.interactions.map((each) => mode === "split" ? <li key={each.id} className="row">{pick(each.id)}<ul className="grow"><Past past={each} /></ul></li> : <Past key={each.id} past={each} />)}</ul></>}
    </div>
  );
}

function Split({ caseId, letters, interactions, done }: { caseId: string; letters: string[]; interactions: string[]; done: () => void }) {
  const { t } = useTranslation();
  const { place } = useHere();
  const [subject, setSubject] = useState("");
  const [busy, problem, run] = useBusy();
  const split = (): void => run(async () => {
    const made = await call<{ other_id: string }>("POST", `/cases/${segment(caseId)}/split`, { subject: subject.trim(), letters, interactions });
    tell("casework.split_done");
    done();
    await go(`/records/cases/${made.other_id}`, { from: place.path });
  });
  return (
    <div className="step-form">
      <p className="small soft">{t("casework.split_text", { count: letters.length + interactions.length })}</p>
      <input className="input" value={subject} placeholder={t("casework.split_subject")} aria-label={t("casework.split_subject")} onChange={(event) => setSubject(event.target.value)} data-testid="split-subject" />
      <div className="row"><Button look="primary" isDisabled={busy || !subject.trim() || letters.length + interactions.length === 0} onPress={split} data-testid="split-make">{t("casework.split")}</Button></div>
      <Wrong problem={problem} />
    </div>
  );
}

function Merge({ caseId, done }: { caseId: string; done: () => void }) {
  const { t } = useTranslation();
  const [into, setInto] = useState<{ id: string; name: string } | null>(null);
  const { place } = useHere();
  const [busy, problem, run] = useBusy();
  const merge = (): void => run(async () => {
    if (!into) return;
    await call("POST", `/cases/${segment(caseId)}/merge`, { into: into.id });
    tell("casework.merge_done");
    done();
    await go(`/records/cases/${into.id}`, { from: place.path });
  });
  return (
    <div className="step-form">
      <p className="small soft">{t("casework.merge_text")}</p>
      <RecordPicker refers="case" value={into?.id ?? null} name={into?.name ?? null} change={(id, name) => setInto(id ? { id, name } : null)} label={t("casework.merge_into")} placeholder={t("casework.merge_into")} testid="merge-into" />
      <div className="row"><Button look="primary" isDisabled={busy || !into} onPress={merge} data-testid="merge-make">{t("casework.merge")}</Button></div>
      <Wrong problem={problem} />
    </div>
  );
}

function Undo({ id, kind, done }: { id: string; kind: string; done: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const undo = (): void => run(() => call("POST", `/cases/regroupings/${segment(id)}/undo`).then(() => { tell("casework.undone"); done(); }));
  return (
    <div className="row undo-line">
      <span className="grow small soft">{t(kind === "merge" ? "casework.was_merged" : "casework.was_split")}</span>
      <Button small look="quiet" icon="undo" isDisabled={busy} onPress={undo} data-testid="regroup-undo">{t("casework.undo")}</Button>
      <Wrong problem={problem} />
    </div>
  );
}
