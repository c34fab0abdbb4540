import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber } from "../../format";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Button, IconButton } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { sends } from "../../ui/ime";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { usualQueue } from "../dialling/wanted";
import { newKey } from "../interaction/drafts";
import { count } from "./count";
import { Counter } from "./counter";

interface Senders {
  queues: { id: string; name: string; number: string }[];
}

interface Queued {
  letter_id: string;
  case_id: string | null;
  due_at: number;
  later: boolean;
}

interface About {
  number?: string;
  party?: string | undefined;
  caseId?: string | undefined;
}

const MOST_PARTS = 10;
const PURPOSES = ["service", "receipt", "marketing"];

/** A button that opens the dialog; agents alone write. `bare`: the icon alone, where the number stands elsewhere. */
export function WriteText({ bare = false, done, ...about }: About & { bare?: boolean; done?: () => void }) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const [open, setOpen] = useState(false);
  if (session.user?.role !== "agent") return null;
  const label = about.number ? t("texts.write_to", { number: phoneNumber(about.number) }) : t("texts.write");
  return (
    <>
      {bare ? <IconButton small icon="sms" label={label} onPress={() => setOpen(true)} data-testid="write-text" /> : <Button small icon="sms" onPress={() => setOpen(true)} data-testid="write-text">{t("texts.write")}</Button>}
      {open && <NewText about={about} close={() => setOpen(false)} done={done} />}
    </>
  );
}

function NewText({ about, close, done }: { about: About; close: () => void; done?: (() => void) | undefined }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const [number, setNumber] = useState(about.number ? phoneNumber(about.number) : "");
  const [text, setText] = useState("");
  const [purpose, setPurpose] = useState("service");
  const [chosen, choose] = useState<string | null>(null);
  const [confirmed, confirm] = useState(false);
  const [key] = useState(newKey);
  const [busy, problem, run] = useBusy();
  const lines = useResource("/text-messages/senders", () => call<Senders>("GET", "/text-messages/senders"));
  const queues = lines.data?.queues ?? [];
  const queue = chosen ?? usualQueue(queues, undefined);
  const line = queues.find((each) => each.id === queue);
  const against = problem?.code === "sms.not_wanted";
  const ready = number.trim() !== "" && text.trim() !== "" && line !== undefined && count(text.trim()).parts <= MOST_PARTS && (!against || confirmed);
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!ready || busy) return;
    run(async () => {
      const body = { number, text, queue_id: queue, purpose, confirmed, party_id: about.party ?? null, case_id: about.caseId ?? null };
      const queued = await call<Queued>("POST", "/text-messages", body, { "Idempotency-Key": key });
      if (queued.later) tell("texts.later", { at: moment(queued.due_at, now, i18n.language as Language) });
      else tell("texts.on_its_way");
      done?.();
      close();
    });
  };
  return (
    <Modal title={t("texts.write")} icon="sms" close={close} cross className="new-text" testid="text-dialog">
      <form className="dial-form" onSubmit={send}>
        <div className="dial-top">
          <label className="field">{t("texts.number")}
            <input className="input num" type="tel" value={number} autoFocus={!about.number} onChange={(event) => setNumber(event.target.value)} data-testid="text-number" />
          </label>
          <label className="field">{t("dial.queue")}
            <select className="input" value={queue} onChange={(event) => choose(event.target.value)} data-testid="text-queue">
              {queues.map((each) => <option key={each.id} value={each.id}>{each.name} · {phoneNumber(each.number)}</option>)}
            </select>
          </label>
          <label className="field">{t("dial.why")}
            <select className="input" value={purpose} onChange={(event) => setPurpose(event.target.value)} data-testid="text-purpose">
              {PURPOSES.map((each) => <option key={each} value={each}>{t(`texts.why_${each}`)}</option>)}
            </select>
          </label>
        </div>
        {!lines.data && (lines.problem ? <Failure problem={lines.problem} retry={lines.again} /> : <Bones lines={1} />)}
        {lines.data && queues.length === 0 && <p className="text-blocked" role="alert"><Icon name="warn" size={16} />{t("texts.no_number")}</p>}
        <label className="field">{t("texts.text")}
          <textarea className="input" rows={4} value={text} autoFocus={Boolean(about.number)} onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (!sends(event)) return;
              event.preventDefault();
              send();
            }}
            data-testid="text-words" />
        </label>
        <Wrong problem={problem} />
        {against && <label className="row"><input type="checkbox" checked={confirmed} onChange={(event) => confirm(event.target.checked)} />{t("texts.all_the_same")}</label>}
        <div className="row dial-end">
          <span className="grow"><Counter text={text} most={MOST_PARTS} /></span>
          <Button type="submit" look="primary" icon="send" isDisabled={!ready || busy} data-testid="text-go">{t("letter.send")}</Button>
        </div>
      </form>
    </Modal>
  );
}
