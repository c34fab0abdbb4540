import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, Party } from "../../net/types";
import { useList } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { inOrder } from "../desk/items";
import { covered, useShortcut } from "../desk/shortcuts";
import { Brief } from "../interaction/brief";
import { clockThere, refusal, type Contact } from "../wishes/wishes";
import { dialled, FORBIDDING, rememberQueue, usualQueue, useWanted, wantCall, wantedOf, wantNoCall, type Wanted } from "./wanted";

interface Lines {
  queues: { id: string; name: string; shown: string }[];
  allowed: boolean;
}

const PURPOSES = ["service", "receipt", "marketing"];
const KEYS = [..."123456789+0"];
const KNOWN_FROM_DIGITS = 6;

/** The desk's one dialog to call from; every number on the screen that is a link opens it. */
export function Dialling() {
  const wanted = useWanted();
  useShortcut("dial", () => wantCall({ number: "" }));
  useEffect(() => {
    const press = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="tel:"]') : null;
      if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (!covered()) wantCall(wantedOf(link));
    };
    document.addEventListener("click", press);
    return () => document.removeEventListener("click", press);
  }, []);
  return wanted && <DialDialog key={`${wanted.number} ${wanted.party ?? ""}`} wanted={wanted} close={wantNoCall} />;
}

/** In the bar: call a number that stands nowhere. */
export function DialButton() {
  const { t } = useTranslation();
  return <IconButton icon="keypad" label={t("dial.open")} onPress={() => wantCall({ number: "" })} data-testid="dial-open" />;
}

function DialDialog({ wanted, close }: { wanted: Wanted; close: () => void }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState(phoneNumber(wanted.number));
  const [purpose, setPurpose] = useState("service");
  const [confirmed, confirm] = useState(false);
  const [chosen, choose] = useState<string | null>(null);
  const [busy, problem, run] = useBusy();
  const lines = useResource("/calls/lines", () => call<Lines>("GET", "/calls/lines"));
  const items = inOrder(useList("items"));
  const digits = dialled(number);
  const same = digits === dialled(wanted.number);
  const found = useWhose(same && wanted.party ? null : digits);
  const party = same && wanted.party ? wanted.party : found;
  const contact = useContact(party, purpose, digits);
  const queues = lines.data?.queues ?? [];
  const queue = chosen ?? usualQueue(queues, items[0]?.queue.id);
  const line = queues.find((each) => each.id === queue);
  const against = contact && contact.outcome !== "go" ? contact : null;
  const never = against !== null && FORBIDDING.has(against.reason);
  const ready = digits.length >= 3 && line !== undefined && !never && (against === null || confirmed);
  const dial = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!ready || busy) return;
    run(async () => {
      const about = same ? { party_id: wanted.party, case_id: wanted.caseId } : {};
      await call("POST", "/calls", { number: digits, queue_id: queue, purpose, confirmed: against !== null && confirmed, ...about });
      rememberQueue(queue);
      close();
    });
  };
  return (
    <Modal title={t("dial.title")} icon="phone" close={close} light cross className="dial" testid="dial-dialog">
      <form className="dial-form" onSubmit={dial}>
        <div className="dial-top">
          <label className="field grow">{t("dial.number")}
            <input className="input num dial-number" type="tel" inputMode="tel" value={number} autoFocus={!wanted.number} autoComplete="off" placeholder={t("dial.number_hint")} onChange={(event) => { setNumber(event.target.value); confirm(false); }} data-testid="dial-number" />
          </label>
          <label className="field">{t("dial.queue")}
            <select className="input" value={queue} onChange={(event) => choose(event.target.value)} data-testid="dial-queue">
              {queues.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            </select>
          </label>
          <label className="field">{t("dial.why")}
            <select className="input" value={purpose} onChange={(event) => { setPurpose(event.target.value); confirm(false); }} data-testid="dial-purpose">
              {PURPOSES.map((each) => <option key={each} value={each}>{t(`dial.why_${each}`)}</option>)}
            </select>
          </label>
        </div>
        {!wanted.number && !party && <Keys press={(key) => setNumber((old) => old + key)} />}
        {lines.problem && !lines.data && <Failure problem={lines.problem} retry={lines.again} />}
        {lines.data && queues.length === 0 && <p className="wrong" role="alert"><Icon name="warn" size={16} />{t("dial.no_queue")}</p>}
        {against && <Against contact={against} never={never} confirmed={confirmed} confirm={confirm} />}
        {party && <Whose party={party} />}
        <Wrong problem={problem} />
        <div className="row dial-end">
          <p className="grow small soft">{line && (line.shown ? t("dial.shown", { number: phoneNumber(line.shown) }) : t("dial.shown_by_provider"))}</p>
          <Button type="submit" look="go" icon="phone" isDisabled={!ready || busy} autoFocus={Boolean(wanted.number)} data-testid="dial-go">{t("dial.go")}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** What the customer wishes, where a call is against it: forbidden, or the agent's word that they call all the same. */
function Against({ contact, never, confirmed, confirm }: { contact: Contact; never: boolean; confirmed: boolean; confirm: (is: boolean) => void }) {
  const { t, i18n } = useTranslation();
  const words = contact.outcome === "wait" && contact.until !== null ? t("wishes.good_from", { at: clockThere(contact.until, contact.time_zone, i18n.language as Language) }) : refusal(contact, "phone", t);
  return (
    <div className={`dial-against${never ? " never" : ""}`} role="alert" data-testid="dial-against">
      <p className="row"><Icon name={never ? "off" : "warn"} size={18} /><span>{words}</span></p>
      {never ? <p className="small">{t("dial.forbidden")}</p> : <label className="row check"><input type="checkbox" checked={confirmed} onChange={(event) => confirm(event.target.checked)} data-testid="dial-confirm" />{t("dial.all_the_same")}</label>}
    </div>
  );
}

function Whose({ party }: { party: string }) {
  const { data, problem, again } = useResource(party, () => call<Party>("GET", `/parties/${segment(party)}/brief`));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  return (
    <div className="dial-whose scroll" data-testid="dial-brief">
      <h3 className="clip" lang={data.language ?? undefined} dir="auto">{data.name}</h3>
      <Brief party={data} />
    </div>
  );
}

function Keys({ press }: { press: (key: string) => void }) {
  const { t } = useTranslation();
  return <div className="dial-keys" role="group" aria-label={t("call.keypad")}>{KEYS.map((key) => <Button key={key} onPress={() => press(key)}>{key}</Button>)}</div>;
}

/** Whose number it is, when it is one customer's alone. */
function useWhose(digits: string | null): string | undefined {
  const asked = digits !== null && digits.length >= KNOWN_FROM_DIGITS ? digits : null;
  const address = `/parties?search=${encodeURIComponent(asked ?? "")}&limit=2`;
  const { data } = useResource(asked && address, () => call<{ items: { id: string }[] }>("GET", address));
  return data?.items.length === 1 ? data.items[0]?.id : undefined;
}

function useContact(party: string | undefined, purpose: string, digits: string): Contact | null {
  const address = party && `/parties/${segment(party)}/contact?medium=phone&purpose=${purpose}&address=${encodeURIComponent(digits)}`;
  return useResource(address ?? null, () => call<Contact>("GET", address ?? "")).data;
}
