import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item, Targets } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { composing } from "../../ui/ime";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { useShortcut } from "../desk/shortcuts";
import { initials } from "../desk/user-menu";
import { useHere } from "../shell/here";
import { readNote } from "./drafts";
import { bringNote } from "./note-field";
import { canBeAsked, canBePassed, fitting, keyOf, outside, stateOf, thenKey, type Target } from "./targets";

const LOOK_AGAIN_MS = 5_000;

const kindOf = (item: Item): "call" | "letter" => (item.medium === "voice" ? "call" : "letter");

/** Pass on what one is at. A customer who is yet to be called back is nobody to pass on. */
export function Transfer({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { shown } = useHere();
  const [open, setOpen] = useState(false);
  const voice = item.medium === "voice";
  useShortcut("transfer", !item.callback && (voice || shown) ? () => setOpen(true) : null);
  return (
    <>
      <Button {...(voice ? { big: true } : { small: true, look: "quiet" as const })} icon="transfer" isDisabled={item.callback} onPress={() => setOpen(true)} data-testid="transfer">{t(`transfer.open_${kindOf(item)}`)}</Button>
      {open && <TransferDialog item={item} close={() => setOpen(false)} />}
    </>
  );
}

/** Arrows move, Enter or a click chooses, one button passes it on, and of a call another asks whoever is chosen first. */
function TransferDialog({ item, close }: { item: Item; close: () => void }) {
  const { t } = useTranslation();
  const told = useTargets(item.id);
  const [sought, seek] = useState("");
  const [active, setActive] = useState("");
  const [chosen, setChosen] = useState("");
  const [wished, wish] = useState(false);
  const [busy, problem, run] = useBusy();
  const go = useRef<HTMLButtonElement>(null);
  const ask = useRef<HTMLButtonElement>(null);
  const list = useId();
  const voice = item.medium === "voice";
  const calls = voice && told.data?.outside === true;
  const targets = told.data ? [...fitting(told.data, sought), ...(voice ? outside(told.data, sought) : [])] : [];
  const place = Math.max(0, targets.findIndex((each) => keyOf(each) === active));
  const target = targets.find((each) => keyOf(each) === chosen);
  const choose = (to: Target): void => {
    setActive(keyOf(to));
    setChosen(keyOf(to));
  };
  useEffect(() => {
    if (chosen) (chosen.startsWith("number") ? ask : go).current?.focus();
  }, [chosen]);
  useEffect(() => {
    if (!wished || !told.data) return;
    wish(false); // Enter was quicker than the answer
    if (targets[0]) choose(targets[0]);
  });
  const press = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    if (event.key === "Enter" && !told.data) wish(true);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = targets[(place + step + targets.length) % targets.length];
    if (!next || (step === 0 && event.key !== "Enter")) return;
    if (step === 0) choose(next);
    else setActive(keyOf(next));
    event.preventDefault();
  };
  const consult = (whom: Target): void => run(async () => {
    await call("POST", `/interactions/${segment(item.id)}/consult`, whom.kind === "agent" ? { agent_id: whom.id } : { number: whom.id });
    close();
  });
  const pass = (to: Target): void => run(async () => {
    if (!(await bringNote(item.id))) return; // it says so itself
    await call("POST", `/interactions/${segment(item.id)}/transfer`, to.kind === "agent" ? { agent_id: to.id } : { queue_id: to.id });
    tell("transfer.done", { name: to.name });
    close();
  });
  return (
    <Modal title={t(`transfer.title_${kindOf(item)}`)} icon="transfer" close={close} light cross className="transfer" testid="transfer-dialog">
      <div className="search-box">
        <Icon name="search" size={16} />
        <input className="input" type="search" value={sought} autoFocus autoComplete="off" dir="auto" role="combobox" aria-expanded aria-controls={list} aria-autocomplete="list" aria-label={t("transfer.search")} placeholder={t(calls ? "consult.hint" : "transfer.hint")}
          aria-activedescendant={targets.length > 0 ? `${list}-${place}` : undefined} onChange={(event) => { seek(event.target.value); setActive(""); setChosen(""); wish(false); }} onKeyDown={press} data-testid="transfer-search" />
      </div>
      {!told.data ? (told.problem ? <Failure problem={told.problem} retry={told.again} /> : <Bones lines={4} />) : (
        <div id={list} className="pass-list scroll" role="listbox" aria-label={t("transfer.search")} tabIndex={-1}>
          {(["agent", "queue", "number"] as const).map((kind) => <Group key={kind} kind={kind} id={list} targets={targets} active={place} chosen={chosen} choose={choose} />)}
        </div>
      )}
      {told.data && targets.length === 0 && <p className="faint small" role="status">{t(sought.trim() ? "transfer.none_found" : "transfer.nobody")}</p>}
      {target?.kind !== "number" && <Along item={item} close={close} />}
      <Wrong problem={problem} />
      <div className="row transfer-end">
        <p className="grow small soft" role="status">{target ? t(thenKey(target), { name: target.name, queue: item.queue.name }) : t("transfer.choose")}</p>
        {voice && <Button ref={ask} look={target?.kind === "number" ? "primary" : "plain"} icon="users" isDisabled={busy || !target || !canBeAsked(target)} onPress={() => target && consult(target)} data-testid="consult-go">{t("consult.open")}</Button>}
        <Button ref={go} look="primary" icon="transfer" isDisabled={busy || !target || !canBePassed(target)} onPress={() => target && pass(target)} data-testid="transfer-go">{t(`transfer.open_${kindOf(item)}`)}</Button>
      </div>
    </Modal>
  );
}

/** Who can have it, looked at again and again: who is free changes while one chooses. */
function useTargets(interaction: string) {
  const told = useResource(interaction, () => call<Targets>("GET", `/interactions/${segment(interaction)}/targets`));
  const { again } = told;
  useEffect(() => {
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  return told;
}

interface GroupProps {
  kind: Target["kind"];
  id: string;
  targets: Target[];
  active: number;
  chosen: string;
  choose: (target: Target) => void;
}

const GROUPS: Record<Target["kind"], string> = { agent: "transfer.colleagues", queue: "transfer.queues", number: "consult.outside" };

function Group({ kind, id, targets, active, chosen, choose }: GroupProps) {
  const { t } = useTranslation();
  const words = t(GROUPS[kind]);
  if (!targets.some((each) => each.kind === kind)) return null;
  return (
    <div role="group" aria-label={words}>
      <p className="label pass-kind" aria-hidden="true">{words}</p>
      {targets.map((each, place) => each.kind === kind && <Row key={keyOf(each)} id={`${id}-${place}`} target={each} active={place === active} chosen={keyOf(each) === chosen} choose={() => choose(each)} />)}
    </div>
  );
}

function Row({ id, target, active, chosen, choose }: { id: string; target: Target; active: boolean; chosen: boolean; choose: () => void }) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div ref={row} id={id} className="pass-row" role="option" aria-selected={chosen} data-active={active} onMouseDown={(event) => event.preventDefault()} onClick={choose} data-testid={`transfer-${target.kind}-${target.id}`}>
      <span className="pass-tick">{chosen && <Icon name="check" size={16} />}</span>
      {target.kind === "agent" && <Colleague agent={target} />}
      {target.kind === "queue" && <Queue queue={target} />}
      {target.kind === "number" && <Outside number={target.name} />}
    </div>
  );
}

function Colleague({ agent }: { agent: Target & { kind: "agent" } }) {
  const { t } = useTranslation();
  const { key, tone, icon } = stateOf(agent);
  return (
    <>
      <span className="avatar small" aria-hidden="true" data-initials={initials(agent.name)} />
      <span className="grow clip"><span className="strong" dir="auto">{agent.name}</span> {agent.extension !== null && <span className="faint small num">{agent.extension}</span>}</span>
      <Pill tone={tone} icon={icon}>{t(key)}</Pill>
    </>
  );
}

function Queue({ queue }: { queue: Target & { kind: "queue" } }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="pass-queue"><Icon name="inbox" size={16} /></span>
      <span className="grow clip strong" lang={queue.language} dir="auto">{queue.name}</span>
      {queue.closed && <Pill tone="stop" icon="warn">{t("transfer.closed")}</Pill>}
      <span className="faint small num">{t("transfer.waiting_ready", { waiting: queue.waiting, ready: queue.ready })}</span>
    </>
  );
}

function Outside({ number }: { number: string }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="pass-queue"><Icon name="phone" size={16} /></span>
      <span className="grow clip strong num">{t("consult.call", { number })}</span>
    </>
  );
}

/** What goes along and what does not: somebody else goes on with it. */
function Along({ item, close }: { item: Item; close: () => void }) {
  const { t } = useTranslation();
  if (item.medium !== "voice") return null; // a draft is the case's: whoever has it next takes it over
  const note = (readNote(item.id) ?? item.note).trim();
  const write = (): void => {
    close();
    requestAnimationFrame(() => document.getElementById(`note-${item.id}`)?.focus());
  };
  return (
    <p className="along">
      <Icon name="note" size={16} />
      {note ? <span className="grow"><span className="soft">{t("transfer.note_goes")}</span> <span className="along-note" dir="auto">{note}</span></span> : (
        <><span className="grow">{t("transfer.note_first")}</span><Button small onPress={write} data-testid="transfer-note">{t("transfer.write_note")}</Button></>
      )}
    </p>
  );
}
