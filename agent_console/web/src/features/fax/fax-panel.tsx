import "../../styles/fax.css";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { ContractLine } from "../contracts/contract-marks";
import { useDeskKey } from "../desk/shortcuts";
import { Brief } from "../interaction/brief";
import { CaseBox, CaseStatusChoice } from "../interaction/case-box";
import { Recognised } from "../interaction/correct";
import { NoteField } from "../interaction/note-field";
import { Park } from "../interaction/park";
import { Transfer } from "../interaction/transfer";
import { WhoIsIt } from "../interaction/who-is-it";
import { Promises } from "../sla/sla-mark";
import { FaxComposer } from "./fax-composer";
import { FaxFacts, FaxLines, useFaxes } from "./fax-list";
import type { Faxes } from "./fax";
import { FaxPages } from "./pages";

/** A fax that came: its pages to be read, its answer, note, done. */
export function FaxPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const end = (how: "finish" | "return") => run(() => call("POST", `/interactions/${segment(item.id)}/${how}`));
  const path = `/interactions/${segment(item.id)}/faxes`;
  const { data, problem: lacking, again } = useFaxes(path, String(item.version));
  const [writing, write] = useState(false);
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  useDeskKey("finish", () => end("finish"));
  useDeskKey("reply", () => write(true));
  return (
    <>
      <section className="block fax-block" data-testid="fax">
        <div className="letters-acts">
          <CaseStatusChoice item={item} />
          <Park item={item} busy={busy} run={run} />
          <Transfer item={item} />
          <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => end("return")} data-testid="return">{t("letter.put_back")}</Button>
          <Button small look={writing ? "on" : "plain"} icon="fax" aria-expanded={writing} onPress={() => write(!writing)} data-testid="fax-answer">{t("fax.answer")}</Button>
          <Button small icon="check" isDisabled={busy} onPress={() => end("finish")} data-testid="finish">{t("letter.finish")}</Button>
        </div>
        <Wrong problem={problem} />
        {!data ? (lacking ? <Failure problem={lacking} retry={again} /> : <Bones lines={6} />) : <>
          {writing && <FaxComposer path={path} draft={`fax:${item.id}`} faxes={data} item={item} sent={() => { write(false); again(); }} />}
          <Came item={item} faxes={data} changed={again} />
        </>}
      </section>
      <ContractLine item={item} />
      {!party && <WhoIsIt item={item} folded />}
      <div className="work">
        <NoteField item={item} />
        <CaseBox item={item} />
        <Promises item={item} />
      </div>
      {party && <><Recognised item={item} party={party} /><Brief party={party} /></>}
    </>
  );
}

/** The one that is worked on is open; what else came and went in its case stands below. */
function Came({ item, faxes, changed }: { item: Item; faxes: Faxes; changed: () => void }) {
  const mine = faxes.items.find((each) => each.direction === "in" && each.interaction_id === item.id);
  const others = { ...faxes, items: faxes.items.filter((each) => each !== mine) };
  return (
    <>
      {mine && <><FaxFacts fax={mine} tries={faxes.tries} /><FaxPages key={mine.id} fax={mine} /></>}
      <FaxLines faxes={others} changed={changed} />
    </>
  );
}
