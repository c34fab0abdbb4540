import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Pill } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import { recordOf } from "../callrecord/address";
import { phoneNumber } from "../../format";
import { BY_NUMBER, customerAddress, customerLang, customerName, mediumIcon, stateSince } from "../desk/items";
import { StatePill } from "../desk/work-items";
import { Promises, SlaMark } from "../sla/sla-mark";
import { CallPanel } from "./call-panel";
import { CaseBox } from "./case-box";
import { CallNumber } from "../dialling/call-number";
import { CameBy } from "../flows/visit";
import { Attested } from "../guard/attested";
import { BlockCaller } from "../guard/block";
import { ContractLine } from "../contracts/contract-marks";
import { Recognised } from "./correct";
import { LetterPanel } from "./letter-panel";
import { NoteField } from "./note-field";
import { OfferPanel } from "./offer-panel";
import { PassedOn } from "./passed-on";
import { WhoIsIt } from "./who-is-it";
import { WrapUp } from "./wrap-up";
import { Brief } from "./brief";

// media that not every desk has
const ChatLog = lazy(() => import("../chats/chat-log").then((m) => ({ default: m.ChatLog })));
const ChatPanel = lazy(() => import("../chats/chat-panel").then((m) => ({ default: m.ChatPanel })));
const FaxPanel = lazy(() => import("../fax/fax-panel").then((m) => ({ default: m.FaxPanel })));
const MessagePanel = lazy(() => import("./message-panel").then((m) => ({ default: m.MessagePanel })));

/** What is read, and answered in writing where that can be. */
const LIKE_LETTERS: ReadonlySet<string> = new Set(["email", "form", "sms", "post"]);

/** The centre: one interaction, from the first ring to the last word of its wrap-up. */
export function Interaction({ item }: { item: Item }) {
  const { t } = useTranslation();
  return (
    <article className={`interaction ${item.medium} ${item.state}`} data-testid="interaction" data-id={item.id} data-match={item.match.strength}>
      <Head item={item} />
      {item.state === "offered" && <Offered item={item} />}
      {item.state === "connected" && item.medium === "voice" && <Talking item={item} />}
      {item.state === "connected" && LIKE_LETTERS.has(item.medium) && <Letters item={item} />}
      {item.state === "connected" && item.medium === "chat" && <Suspense fallback={<Bones lines={3} />}><ChatPanel item={item} /></Suspense>}
      {item.state === "connected" && item.medium === "voicemail" && <Suspense fallback={<Bones lines={3} />}><MessagePanel item={item} /></Suspense>}
      {item.state === "connected" && item.medium === "fax" && <Suspense fallback={<Bones lines={3} />}><FaxPanel item={item} /></Suspense>}
      {item.state === "wrap_up" && item.unreached !== "" && <p className="not-reached" role="status" data-testid="not-reached"><Icon name="warn" size={18} />{t("dial.not_reached", { why: t(`dial.why_not_${item.unreached}`) })}</p>}
      {item.state === "wrap_up" && <WrapUp item={item} />}
      {item.state === "wrap_up" && item.medium === "chat" && <Suspense fallback={<Bones lines={3} />}><ChatLog chat={item.id} /></Suspense>}
    </article>
  );
}

const knownAs = (item: Item): string | undefined => (item.match.strength === "one" ? item.match.parties[0]?.id : undefined);

function Head({ item }: { item: Item }) {
  const { t } = useTranslation();
  const name = customerName(item);
  const address = customerAddress(item);
  return (
    <header className="head">
      <span className={`head-medium ${item.medium}`}><Icon name={mediumIcon(item)} size={22} /></span>
      <div className="head-who">
        <h1 className="clip" lang={customerLang(item)} data-testid="party-name">{name}</h1>
        <p className="head-facts">
          {address && name !== address && (item.medium === "voice" && item.customer.address ? <CallNumber number={item.customer.address} party={knownAs(item)} caseId={item.case?.id} className="num clip" /> : <span className="num clip">{address}</span>)}
          <span lang={item.queue.language}>{item.queue.name}</span>
          {BY_NUMBER.has(item.medium) && item.entry && <span className="faint num">{item.medium === "sms" ? `${t("letter.to")} ${phoneNumber(item.entry)}` : t(item.dialled ? "item.shown" : "item.entry", { number: item.entry })}</span>}
          {item.medium === "voice" && <Attested of={item.attestation} />}
          {item.state !== "offered" && <PassedOn item={item} />}
          {item.state !== "offered" && <Link to={recordOf(item.id)} data-testid="open-record">{t(item.medium === "voice" || item.medium === "voicemail" ? "callrecord.open" : "item.record")}</Link>}
        </p>
      </div>
      <div className="head-state">
        <Timer since={stateSince(item)} className="num head-time" />
        <span className="row"><BlockCaller item={item} /><SlaMark item={item} /><StatePill item={item} /></span>
      </div>
    </header>
  );
}

function Offered({ item }: { item: Item }) {
  return (
    <>
      <OfferPanel item={item} />
      {item.flow && <CameBy visit={item.flow} />}
      <ContractLine item={item} />
      {item.subject && item.medium !== "voice" && item.medium !== "voicemail" && <SubjectLine item={item} />}
      <Known item={item} />
    </>
  );
}

function SubjectLine({ item }: { item: Item }) {
  return (
    <section className="block">
      <h2 className="subject" dir="auto">{item.subject}</h2>
      {item.case && <p><Pill tone="mute" icon="case">{item.case.number}</Pill></p>}
    </section>
  );
}

/** One, many, or none: three different screens. */
function Known({ item }: { item: Item }) {
  const party = item.match.parties[0];
  if (item.match.strength === "one" && party) return <><Recognised item={item} party={party} /><Brief party={party} /></>;
  return <WhoIsIt item={item} />;
}

function Talking({ item }: { item: Item }) {
  return (
    <>
      <CallPanel item={item} />
      {item.flow && <CameBy visit={item.flow} />}
      <ContractLine item={item} />
      {item.match.strength === "one" ? null : <WhoIsIt item={item} />}
      <div className="work">
        <NoteField item={item} />
        <CaseBox item={item} />
        <Promises item={item} />
      </div>
      {item.match.strength === "one" && item.match.parties[0] && <><Recognised item={item} party={item.match.parties[0]} /><Brief party={item.match.parties[0]} /></>}
    </>
  );
}

function Letters({ item }: { item: Item }) {
  return (
    <>
      {item.match.strength === "one" ? null : <WhoIsIt item={item} folded />}
      <ContractLine item={item} />
      <Promises item={item} />
      <LetterPanel item={item} />
    </>
  );
}
