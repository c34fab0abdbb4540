import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { newKey } from "../interaction/drafts";
import { fieldOf, useEntity } from "../records/entities";
import { textOf } from "../records/values";
import type { Fault, Filled } from "./types";

interface Preview {
  name: string;
  changes: { field: string; before: unknown; after: unknown }[];
  state: string | null;
  faults: Fault[];
  reply: Filled | null;
  note: string | null;
  tasks: string[];
}

/** What a macro would do, and the button that does all of it. */
export function MacroRun({ caseId, macro, done, leave }: { caseId: string; macro: string; done: () => void; leave: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const entity = useEntity("case");
  const [key] = useState(newKey);
  const [busy, wrong, run] = useBusy();
  const address = `/cases/${segment(caseId)}/macros/${segment(macro)}`;
  const { data, problem, again } = useResource(address, () => call<Preview>("GET", address));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const words = (name: string, value: unknown): string => {
    const field = entity && fieldOf(entity, name);
    return field ? textOf(field, value, {}, { t, language }) : String(value ?? "");
  };
  // a letter against the customer's wish is asked about once more, and then kept in the audit chain
  const unwanted = wrong?.code === "letter.not_wanted";
  const go = (): void => run(() => call("POST", unwanted ? `${address}?confirmed=true` : address, undefined, { "Idempotency-Key": key }).then(() => { tell("casework.macro_ran"); done(); }));
  return (
    <div className="step-form" role="group" aria-label={data.name} data-testid="macro-preview">
      <dl className="past-changes">
        {data.changes.map(({ field, before, after }) => <div key={field}><dt>{entity && (fieldOf(entity, field)?.label[language] ?? field)}</dt><dd><del>{words(field, before)}</del> <span aria-hidden="true">→</span> <ins>{words(field, after)}</ins></dd></div>)}
        {data.state && <div><dt>{t("casework.to")}</dt><dd>{data.state}</dd></div>}
        {data.tasks.map((task) => <div key={task}><dt>{t("casework.task")}</dt><dd dir="auto">{task}</dd></div>)}
        {data.note && <div><dt>{t("casework.note")}</dt><dd dir="auto">{data.note}</dd></div>}
      </dl>
      {data.reply && <blockquote className="filled" dir="auto">{data.reply.body}</blockquote>}
      {data.reply && data.reply.lacking.length > 0 && <p className="small wrong">{t("casework.lacking", { names: data.reply.lacking.join(", ") })}</p>}
      {data.faults.map((fault) => <p key={fault.code} className="wrong small">{t(`problem.${fault.code.replaceAll(".", "_")}`, fault.params)}</p>)}
      <Wrong problem={wrong} />
      <div className="row"><Button look={unwanted ? "stop" : "primary"} icon="check" isDisabled={busy} onPress={go} data-testid="macro-run">{t(unwanted ? "wishes.send_all_the_same" : "casework.do_all")}</Button><Button look="quiet" onPress={leave}>{t("records.leave")}</Button></div>
    </div>
  );
}
