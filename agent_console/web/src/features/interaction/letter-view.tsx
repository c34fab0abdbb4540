import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber, size } from "../../format";
import { segment } from "../../net/api";
import type { Address, Language, Letter } from "../../net/types";
import { useNow } from "../../store/clock";
import { Icon, type IconName } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";
import { Findings, Origin } from "./letter-findings";
import { useAsk } from "../writing/asking";
import { NotThere } from "../writing/not-there";
import { TextWay } from "../texts/way";
import { parted } from "./quoted";

/** One letter: folded to a line, or open with its text, marks and attachments. */
export function LetterView({ letter, open: first }: { letter: Letter; open: boolean }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(first);
  const now = useNow();
  const out = letter.direction === "out";
  const paper = letter.marks.includes("post");
  const words = letter.reply || letter.text;
  return (
    <article className={`letter ${letter.direction}`} data-testid={`letter-${letter.id}`}>
      <button type="button" className="letter-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={`letter-way ${letter.direction}`}><Icon name={out ? "arrowOut" : "arrowIn"} size={15} /></span>
        <span className="strong clip">{sender(letter) || t(paper ? "texts.from_paper" : "letter.unknown_sender")}</span>
        {!open && <span className="faint small grow clip" dir="auto">{(paper ? letter.subject || words : words).slice(0, 160)}</span>}
        {open && <span className="faint small grow clip">{sender(letter) === shownAddress(letter) ? "" : shownAddress(letter)}</span>}
        {letter.attachments.length > 0 && <Icon name="clip" size={15} />}
        <Delivery letter={letter} />
        <span className="tiny faint num">{moment(letter.received_at, now, i18n.language as Language)}</span>
      </button>
      {open && <Body letter={letter} />}
    </article>
  );
}

function sender(letter: Letter): string {
  return (letter.direction === "out" && letter.author) || letter.from.name || shownAddress(letter);
}

/** Of a text message it is a number, as people read one. */
const shownAddress = ({ from, marks }: Letter): string => (marks.includes("sms") ? phoneNumber(from.address) : from.address);

type Delivered = NonNullable<Letter["delivery"]>;

const DELIVERY: Record<Delivered, { tone: Tone; icon: IconName }> = {
  queued: { tone: "mute", icon: "clock" },
  sending: { tone: "mute", icon: "clock" },
  sent: { tone: "go", icon: "check" },
  delivered: { tone: "go", icon: "check" },
  failed: { tone: "stop", icon: "warn" },
  bounced: { tone: "stop", icon: "undo" },
};

function Delivery({ letter }: { letter: Letter }) {
  const { t } = useTranslation();
  if (letter.read_at) return <Pill tone="go" icon="check">{t("writing.read")}</Pill>;
  if (!letter.delivery) return null;
  const { tone, icon } = DELIVERY[letter.delivery];
  return <Pill tone={tone} icon={icon}>{t(letter.delivery === "bounced" ? "writing.bounced" : `letter.${letter.delivery}`)}</Pill>;
}

function Body({ letter }: { letter: Letter }) {
  const { t, i18n } = useTranslation();
  const [formatted, setFormatted] = useState(false);
  const asks = useAsk();
  const ask = letter.marks.includes("sms") || letter.marks.includes("post") ? null : asks; // an e-mail answers what came by e-mail or by a form
  const about = [
    letter.to.length > 0 && `${t("letter.to")} ${letter.marks.includes("sms") ? letter.to.map(({ address }) => phoneNumber(address)).join(", ") : people(letter.to)}`,
    letter.cc.length > 0 && `${t("letter.cc")} ${people(letter.cc)}`,
    (letter.bcc ?? []).length > 0 && `${t("writing.bcc")} ${people(letter.bcc ?? [])}`,
    letter.language && `${t("letter.language")} ${languageName(letter.language, i18n.language)}`,
  ].filter(Boolean);
  return (
    <div className="letter-body">
      {about.length > 0 && <p className="letter-to tiny faint">{about.join(" · ")}</p>}
      {letter.marks.includes("post") && letter.subject && <p className="strong" dir="auto">{letter.subject}</p>}
      <NotThere letter={letter} />
      <Marks marks={letter.marks} />
      <Findings letter={letter} />
      {formatted ? <Formatted id={letter.id} /> : <Text letter={letter} />}
      <Attachments letter={letter} />
      {letter.delivery === "failed" && letter.marks.includes("sms") && <TextWay letter={letter} />}
      <Origin checks={letter.authentication ?? []} />
      <p className="letter-tools">
        {letter.has_html && <button type="button" className="link-button" onClick={() => setFormatted(!formatted)}>{t(formatted ? "letter.as_text" : "letter.formatted")}</button>}
        {!letter.marks.includes("by_hand") && <a href={`/api/v1/letters/${segment(letter.id)}/raw`} download>{t("letter.raw")}</a>}
        {ask && <button type="button" className="link-button" onClick={() => ask(letter.id, "reply")} data-testid="answer-this">{t("writing.answer_this")}</button>}
        {ask && <button type="button" className="link-button" onClick={() => ask(letter.id, "forward")} data-testid="forward-this">{t("writing.forward_this")}</button>}
      </p>
    </div>
  );
}

/** "ja" -> "Japanese", in the reader's language. */
const languageName = (code: string, reader: string): string => new Intl.DisplayNames([reader], { type: "language", fallback: "code" }).of(code) ?? code;

const people = (list: Address[]): string => list.map(({ name, address }) => name || address).join(", ");

/** Marks that say what something is; all others say that it is to be looked at twice. */
const KINDS: Readonly<Record<string, IconName>> = { sms: "sms", post: "post", scan: "post", by_hand: "pen", form: "form", form_word: "form" };

function Marks({ marks }: { marks: string[] }) {
  const { t } = useTranslation();
  if (marks.length === 0) return null;
  return (
    <ul className="letter-marks">
      {marks.map((mark) => <li key={mark}><Pill tone={KINDS[mark] ? "mute" : "ring"} icon={KINDS[mark] ?? "info"}>{t(`mark.${mark}`, { defaultValue: mark })}</Pill></li>)}
    </ul>
  );
}

/** The server's cleaned page in a frame that can run nothing and fetch nothing; its links open a page of their own. */
function Formatted({ id }: { id: string }) {
  const { t } = useTranslation();
  return <iframe className="letter-frame" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer" title={t("letter.formatted")} src={`/api/v1/letters/${segment(id)}/html`} />;
}

/** What is new in it; its signature paler, and the whole letter one press away. What was stored before replies were known is parted here. */
function Text({ letter }: { letter: Letter }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const { reply = "", signature = "", text } = letter;
  const before = reply === "" || reply === text ? parted(text) : null;
  const own = before ? before.own : reply;
  const more = before ? before.quoted !== "" : squeezed(reply + signature) !== squeezed(text);
  return (
    <div className="letter-text" dir="auto">
      {(whole ? text.trim() : own) || <span className="faint">{t("letter.no_text")}</span>}
      {!whole && !before && signature && <p className="letter-signature faint">{signature}</p>}
      {more && <p><button type="button" className="letter-more" aria-expanded={whole} aria-label={t(whole ? "letter.only_new" : "letter.whole")} title={t(whole ? "letter.only_new" : "letter.whole")} onClick={() => setWhole(!whole)}>…</button></p>}
    </div>
  );
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, "");

function Attachments({ letter }: { letter: Letter }) {
  const { t } = useTranslation();
  if (letter.attachments.length === 0) return null;
  return (
    <ul className="attachments">
      {letter.attachments.map(({ id, name, size: bytes, danger }) => (
        danger
          ? <li key={id} className="attachment-closed" title={t("letter.closed")}><Icon name="lock" size={15} /><bdi className="clip">{name}</bdi><span className="tiny">{t("letter.danger", { danger })}</span></li>
          : <li key={id}><a href={`/api/v1/attachments/${segment(id)}`} download={name}><Icon name="clip" size={15} /><bdi className="clip">{name}</bdi><span className="faint tiny num">{size(bytes)}</span></a></li>
      ))}
    </ul>
  );
}
