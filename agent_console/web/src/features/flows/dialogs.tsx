/** What is asked about a whole flow: publish it, settle who was quicker, begin a new one. */
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Problem } from "../../net/api";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { Choice, Field } from "../sla/form-parts";
import { changes, same, template, TEMPLATES, type Template } from "./document";
import { stepTitle, useKnown } from "./known";
import type { Flow, FlowBrief, FlowDoc, VersionDoc } from "./types";

/** What is otherwise than it was, step by step. */
function Difference({ was, now }: { was: Flow; now: Flow }) {
  const { t } = useTranslation();
  const { added, removed, changed, start } = changes(was, now);
  const line = (what: "added" | "removed" | "changed", icon: IconName, names: readonly string[], of: Flow) =>
    names.length > 0 && <li className={`row top ${what}`} data-change={what}><Icon name={icon} size={16} /><span><span className="soft">{t(`flows.steps_${what}`)}</span> {names.map((name) => stepTitle(t, of, name)).join(", ")}</span></li>;
  if (same(was, now)) return <p className="small soft">{t("flows.unchanged")}</p>;
  return (
    <ul className="col small flow-changes" data-testid="flow-changes">
      {line("added", "plus", added, now)}
      {line("removed", "trash", removed, was)}
      {line("changed", "pen", changed, now)}
      {start && <li className="row"><Icon name="phone" size={16} />{t("flows.start_moved", { step: stepTitle(t, now, now.start) })}</li>}
    </ul>
  );
}

interface PublishProps {
  kept: FlowBrief;
  flow: Flow;
  /** Warnings do not keep it back, but are told. */
  warnings: number;
  close: () => void;
  publish: (note: string) => Promise<unknown>;
}

export function PublishDialog({ kept, flow, warnings, close, publish }: PublishProps) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const [busy, problem, run] = useBusy();
  const path = kept.published === null ? null : `/flows/${segment(kept.id)}/versions/${kept.published}`;
  const last = useResource(path, () => call<VersionDoc>("GET", path ?? ""));
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => publish(note.trim()).then(close));
  };
  return (
    <Modal title={t("flows.publish_title", { name: kept.name })} icon="send" close={close} cross testid="publish-dialog">
      <form className="col flow-form" onSubmit={send}>
        <p className="soft small">{kept.numbers.length > 0 ? t("flows.publish_text", { numbers: kept.numbers.join(", ") }) : t("flows.publish_no_number")}</p>
        {path === null ? <p className="small soft">{t("flows.publish_first", { count: Object.keys(flow.steps).length })}</p> : last.data ? <Difference was={last.data.document} now={flow} /> : last.problem ? <Failure problem={last.problem} retry={last.again} /> : <Bones lines={2} />}
        {warnings > 0 && <p className="flow-fault warning small"><Icon name="info" size={16} /><span>{t("flows.publish_warnings", { count: warnings })}</span></p>}
        <Field id="publish-note" label={t("flows.note")} value={note} placeholder={t("flows.note_hint")} change={(text) => setNote(text.slice(0, 500))} />
        <Wrong problem={problem} />
        <div className="row dialog-end">
          <span className="grow" />
          <Button look="quiet" isDisabled={busy} onPress={close}>{t("flows.cancel")}</Button>
          <Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="publish-do">{t("flows.publish_do")}</Button>
        </div>
      </form>
    </Modal>
  );
}

interface ConflictProps {
  theirs: FlowDoc;
  base: Flow;
  takeTheirs: () => void;
  keepMine: () => void;
  close: () => void;
}

/** Somebody saved meanwhile: what they changed, and whose flow goes on. */
export function ConflictDialog({ theirs, base, takeTheirs, keepMine, close }: ConflictProps) {
  const { t } = useTranslation();
  return (
    <Modal title={t("flows.conflict")} icon="warn" close={close} alert testid="flow-conflict">
      <p className="soft">{t("flows.conflict_text")}</p>
      <h3 className="label">{t("flows.conflict_theirs")}</h3>
      <Difference was={base} now={theirs.document} />
      <div className="row dialog-end">
        <Button look="quiet" onPress={close}>{t("flows.cancel")}</Button>
        <span className="grow" />
        <Button onPress={takeTheirs} data-testid="conflict-theirs">{t("flows.take_theirs")}</Button>
        <Button look="primary" onPress={keepMine} data-testid="conflict-mine">{t("flows.keep_mine")}</Button>
      </div>
    </Modal>
  );
}

const ICONS: Record<Template, IconName> = { greeting: "horn", language: "globe", menu: "keypad", empty: "plus" };

export function NewFlow({ close, made }: { close: () => void; made: (flow: FlowDoc) => void }) {
  const { t } = useTranslation();
  const { queues } = useKnown();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Template>("menu");
  const [queue, setQueue] = useState("");
  const [busy, problem, run] = useBusy();
  const into = queue || (queues[0]?.id ?? "");
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<FlowDoc>("POST", "/flows", { name: name.trim(), document: template(kind, into) }).then(made));
  };
  return (
    <Modal title={t("flows.new")} icon="branch" close={close} cross testid="new-flow">
      <form className="col flow-form" onSubmit={send}>
        <Field id="flow-new-name" label={t("flows.name")} value={name} placeholder={t("flows.name_hint")} change={setName} />
        <fieldset className="flow-templates">
          <legend className="label">{t("flows.template")}</legend>
          {TEMPLATES.map((each) => (
            <label key={each} className="flow-template" data-on={kind === each}>
              <input className="vh" type="radio" name="flow-template" checked={kind === each} onChange={() => setKind(each)} data-testid={`template-${each}`} />
              <Icon name={ICONS[each]} /><span className="line-two"><span className="strong">{t(`flows.template_${each}`)}</span><span className="small soft">{t(`flows.template_${each}_text`)}</span></span>
            </label>
          ))}
        </fieldset>
        {kind !== "empty" && <Choice id="flow-new-queue" label={t("flows.template_queue")} value={into} change={setQueue}>{queues.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</Choice>}
        <Wrong problem={problem} />
        <div className="row dialog-end">
          <span className="grow" />
          <Button look="quiet" isDisabled={busy} onPress={close}>{t("flows.cancel")}</Button>
          <Button type="submit" look="primary" icon="check" isDisabled={busy || !name.trim()} data-testid="flow-make">{t("flows.make")}</Button>
        </div>
      </form>
    </Modal>
  );
}

interface SureProps {
  name: string;
  problem: Problem | null;
  busy: boolean;
  close: () => void;
  sure: () => void;
}

export function RemoveFlow({ name, problem, busy, close, sure }: SureProps) {
  const { t } = useTranslation();
  return (
    <Modal title={t("flows.remove_title", { name })} icon="trash" close={close} alert size="small" testid="flow-remove">
      <p className="soft">{t("flows.remove_text")}</p>
      <Wrong problem={problem} />
      <div className="row dialog-end">
        <span className="grow" />
        <Button look="quiet" isDisabled={busy} onPress={close}>{t("flows.cancel")}</Button>
        <Button look="stop" icon="trash" isDisabled={busy} onPress={sure} data-testid="flow-remove-sure">{t("flows.remove")}</Button>
      </div>
    </Modal>
  );
}
