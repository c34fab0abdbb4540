import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment, size } from "../../format";
import { call, segment } from "../../net/api";
import type { Excerpt, Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { usePages, type Page } from "../../store/pages";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { useTyped } from "../../ui/typed";
import { pieces } from "../search/found";

interface Found {
  id: string;
  name: string;
  content_type: string;
  type: string;
  size: number;
  pages: number | null;
  verdict: string | null;
  title: Excerpt;
  snippet: Excerpt;
  letter_id: string;
  direction: "in" | "out";
  subject: string;
  from_name: string;
  from_address: string;
  at: number;
  case_id: string | null;
  case_number: string | null;
}

const TYPES = ["pdf", "document", "spreadsheet", "slides", "image", "text", "mail", "archive", "sound", "video", "calendar", "other"];
const ICONS: Record<string, IconName> = { pdf: "note", document: "note", text: "note", spreadsheet: "columns", slides: "board", image: "star", mail: "mail", archive: "box", sound: "voicemail", video: "play", calendar: "calendar" };
const SEEN = new Set(["pdf", "image"]);
const UNREAD = new Set(["encrypted", "too_large", "broken"]);

/** `/attachments`: found and looked at without opening the letter that they came with. */
export default function AttachmentsPage() {
  const { t } = useTranslation();
  const words = useTyped();
  const sender = useTyped();
  const about = useTyped();
  const [type, setType] = useState("");
  const [shown, show] = useState<Found | null>(null);
  const asked = { q: words.settled, type, sender: sender.settled, case: about.settled };
  const query = (cursor: string | null): string => new URLSearchParams(Object.entries({ ...asked, cursor: cursor ?? "" }).filter(([, value]) => value !== "")).toString();
  const pages = usePages(`/attachments?${query(null)}`, (cursor) => call<Page<Found>>("GET", `/attachments?${query(cursor)}`));
  const items = pages.items ?? [];
  const open = items.find(({ id }) => id === shown?.id) ?? null;
  return (
    <main className="attachments-page">
      <header className="page-head"><h1 className="page-title row"><Icon name="clip" size={20} />{t("page.attachments")}</h1></header>
      <div className="attachments-asked" role="search">
        <input className="input" type="search" {...words.bind} placeholder={t("attachments.words")} aria-label={t("attachments.words")} data-testid="attachments-words" />
        <select className="input" value={type} aria-label={t("attachments.type")} onChange={(event) => setType(event.target.value)} data-testid="attachments-type">
          <option value="">{t("attachments.any_type")}</option>
          {TYPES.map((each) => <option key={each} value={each}>{t(`attachments.type_${each}`)}</option>)}
        </select>
        <input className="input" type="search" {...sender.bind} placeholder={t("attachments.sender")} aria-label={t("attachments.sender")} data-testid="attachments-sender" />
        <input className="input" type="search" {...about.bind} placeholder={t("attachments.case")} aria-label={t("attachments.case")} data-testid="attachments-case" />
      </div>
      <div className={`attachments-parts${open ? " two" : ""}`}>
        <section className="attachments-list scroll" tabIndex={0} aria-label={t("page.attachments")}>
          {pages.problem && <Failure problem={pages.problem} retry={pages.again} />}
          {!pages.items && !pages.problem && <Bones lines={6} />}
          {pages.items?.length === 0 && <Empty icon="clip" title={t("attachments.none")} />}
          <ul>
            {items.map((each) => <li key={each.id}><Row found={each} on={each.id === open?.id} open={() => show(each.id === open?.id ? null : each)} /></li>)}
          </ul>
          {pages.more && items.length > 0 && <p className="row"><Button small onPress={pages.more}>{t("search.more")}</Button></p>}
        </section>
        {open && <Seen found={open} key={open.id} />}
      </div>
    </main>
  );
}

function Row({ found, on, open }: { found: Found; on: boolean; open: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <button type="button" className={`attachment-row${on ? " on" : ""}`} aria-expanded={on} onClick={open} data-testid={`attachment-${found.name}`}>
      <Icon name={ICONS[found.type] ?? "clip"} size={18} />
      <span className="grow line-two">
        <span className="clip strong" dir="auto">{found.name ? <Marked excerpt={found.title} /> : t("attachments.unnamed")}</span>
        <span className="clip tiny soft" dir="auto"><Marked excerpt={found.snippet} /></span>
      </span>
      {found.verdict !== null && UNREAD.has(found.verdict) && <Pill tone="ring" icon="lock">{t(`attachments.verdict_${found.verdict}`)}</Pill>}
      <span className="attachment-side tiny faint">
        <span className="clip">{found.from_name || found.from_address}</span>
        <span className="num">{moment(found.at, now, i18n.language as Language)} · {size(found.size)}</span>
      </span>
    </button>
  );
}

function Seen({ found }: { found: Found }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  return (
    <section className="attachment-seen block" aria-label={found.name} data-testid="attachment-seen">
      <h2 className="subject" dir="auto">{found.name || t("attachments.unnamed")}</h2>
      <p className="small soft">{t(`attachments.type_${found.type}`)}{found.pages !== null && ` · ${t("attachments.pages", { count: found.pages })}`} · <span className="num">{size(found.size)}</span></p>
      {(found.from_name || found.from_address || found.subject) && <p className="small" dir="auto">{(found.from_name || found.from_address) && t(found.direction === "in" ? "attachments.from" : "attachments.by_us", { name: found.from_name || found.from_address })}{(found.from_name || found.from_address) && found.subject && " · "}{found.subject}</p>}
      <div className="row wrap">
        <a className="btn primary small" href={`/api/v1/attachments/${segment(found.id)}`} download={found.name} data-testid="attachment-download"><Icon name="arrowIn" size={15} />{t("attachments.download")}</a>
        {found.case_id && <Link to={`/records/cases/${segment(found.case_id)}`} className="num">{found.case_number}</Link>}
      </div>
      {SEEN.has(found.type) && !failed && <img className="attachment-picture" src={`/api/v1/attachments/${segment(found.id)}/picture`} alt={t("attachments.first_page", { name: found.name })} onError={() => setFailed(true)} />}
      {found.snippet.text && <p className="attachment-words small" dir="auto"><Marked excerpt={found.snippet} /></p>}
    </section>
  );
}

function Marked({ excerpt }: { excerpt: Excerpt }) {
  return <>{pieces(excerpt).map((piece, place) => (piece.fits ? <mark key={place}>{piece.text}</mark> : piece.text))}</>;
}
