import { useTranslation } from "react-i18next";
import { duration, moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Item, Language, MessageDoc } from "../../net/types";
import { useNow } from "../../store/clock";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Wrong } from "../../ui/panes";
import { ContractLine } from "../contracts/contract-marks";
import { useDeskKey } from "../desk/shortcuts";
import { Recordings } from "../recordings/recordings";
import { Promises } from "../sla/sla-mark";
import { Brief } from "./brief";
import { CaseBox, CaseStatusChoice } from "./case-box";
import { Recognised } from "./correct";
import { NoteField } from "./note-field";
import { Park } from "./park";
import { Transfer } from "./transfer";
import { WhoIsIt } from "./who-is-it";

/** A message that a caller left: hear it, call back, note, done. */
export function MessagePanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const end = (how: "finish" | "return") => run(() => call("POST", `/interactions/${segment(item.id)}/${how}`));
  const back = (): void => run(() => call("POST", `/interactions/${segment(item.id)}/call-back`));
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  useDeskKey("finish", () => end("finish"));
  return (
    <>
      <section className="block message" data-testid="message">
        <div className="letters-acts">
          <CaseStatusChoice item={item} />
          <Park item={item} busy={busy} run={run} />
          <Transfer item={item} />
          <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => end("return")} data-testid="return">{t("letter.put_back")}</Button>
          <Button small icon="check" isDisabled={busy} onPress={() => end("finish")} data-testid="finish">{t("letter.finish")}</Button>
        </div>
        <Wrong problem={problem} />
        <Recordings interaction={item.id} around={(sound) => sound} />
        <div className="row">
          <Button look="go" icon="callback" isDisabled={busy || item.customer.address === ""} onPress={back} data-testid="message-call-back">{t("message.call_back")}</Button>
        </div>
      </section>
      <ContractLine item={item} />
      {!party && <WhoIsIt item={item} />}
      <div className="work">
        <NoteField item={item} />
        <CaseBox item={item} />
        <Promises item={item} />
      </div>
      {party && <><Recognised item={item} party={party} /><Brief party={party} /></>}
    </>
  );
}

/** What was left in a call, and whether it became work. */
export function Left({ messages }: { messages: readonly MessageDoc[] }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <ul className="lines" data-testid="messages-left">
      {messages.map((each) => (
        <li key={each.left_at} className="line">
          <span className="past-icon"><Icon name="voicemail" size={15} /></span>
          <span className="grow">{t(each.interaction === null ? "message.silent" : "message.work")}</span>
          <span className="small num">{duration(each.seconds)}</span>
          <span className="tiny faint num">{moment(each.left_at, now, i18n.language as Language)}</span>
        </li>
      ))}
    </ul>
  );
}
