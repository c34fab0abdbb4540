import { lazy, Suspense, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import type { Excerpt, Found, Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { usePages, type Pages } from "../../store/pages";
import { composing } from "../../ui/ime";
import { Icon } from "../../ui/icon";
import { Bones, Failure } from "../../ui/panes";
import { useTyped } from "../../ui/typed";
import { useShortcut } from "../desk/shortcuts";
import { useEntities } from "../records/entities";
import { go } from "../../route";
import { grouped, iconOf, pageOf, pieces, search } from "./found";

const Opened = lazy(() => import("./opened").then((made) => ({ default: made.Opened })));

/** Search everything that one may read. Arrows choose, Enter opens, Escape leaves; an input method's keys are its own. */
export function SearchBox() {
  const { t } = useTranslation();
  const typed = useTyped();
  const [shown, setShown] = useState(false);
  const [opened, setOpened] = useState<Found | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const list = useId();
  const wanted = typed.settled === "" ? null : typed.settled;
  const pages = usePages(wanted, (cursor) => search(typed.settled, cursor));
  const hits = grouped(pages.items ?? []).flatMap((group) => group.hits);
  const [active, setActive] = useActive(hits);
  const visible = shown && wanted !== null;
  useShortcut("find", () => {
    box.current?.focus();
    box.current?.select();
  });
  const { entities } = useEntities();
  const open = (hit: Found): void => {
    setShown(false);
    const page = pageOf(hit, entities ?? []);
    if (page === null) return setOpened(hit);
    box.current?.blur();
    void go(page);
  };
  const close = (): void => {
    setOpened(null);
    setShown(false);
  };
  const press = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) setActive((active + step + hits.length) % hits.length);
    else if (event.key === "Enter" && visible && hits[active]) open(hits[active]);
    else if (event.key === "Escape") visible ? setShown(false) : box.current?.blur();
    else return;
    event.preventDefault();
  };
  const leave = (next: EventTarget | null): void => {
    if (!(next instanceof Node && frame.current?.contains(next))) setShown(false);
  };
  // the dialog stands outside the box: its keys must not reach the box's
  return (
    <>
    <div ref={frame} className="find" role="search" onBlur={(event) => leave(event.relatedTarget)} onKeyDown={press}>
      <div className="search-box">
        <Icon name="search" size={16} />
        <input ref={box} className="input" type="search" {...typed.bind} role="combobox" aria-expanded={visible} aria-controls={list} aria-autocomplete="list"
          aria-activedescendant={visible && hits.length > 0 ? `${list}-${active}` : undefined} aria-label={t("search.label")} placeholder={t("search.hint")}
          onFocus={() => setShown(true)} onInput={() => setShown(true)} data-testid="search" />
        <kbd aria-hidden="true">Alt /</kbd>
      </div>
      {visible && <Panel id={list} pages={pages} hits={hits} active={active} open={open} />}
    </div>
    {opened && <Suspense><Opened hit={opened} close={close} /></Suspense>}
    </>
  );
}

/** The chosen row; another answer begins at its first. */
function useActive(hits: Found[]): [number, (place: number) => void] {
  const [active, setActive] = useState(0);
  const first = hits[0]?.id;
  useEffect(() => setActive(0), [first]);
  return [Math.min(active, Math.max(0, hits.length - 1)), setActive];
}

interface PanelProps {
  id: string;
  pages: Pages<Found>;
  hits: Found[];
  active: number;
  open: (hit: Found) => void;
}

function Panel({ id, pages, hits, active, open }: PanelProps) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const words = (kind: string): string => entities?.find(({ name }) => name === kind)?.plural[i18n.language as Language] ?? t(`search.${kind}`, { defaultValue: kind });
  const nothing = pages.items?.length === 0;
  return (
    <div className="find-panel pop scroll" tabIndex={-1}>
      {pages.problem && <Failure problem={pages.problem} retry={pages.again} />}
      {!pages.items && !pages.problem && <Bones lines={3} />}
      {nothing && <p className="faint small found-none" role="status">{t("search.nothing")}</p>}
      <div id={id} role="listbox" aria-label={t("search.results")}>
        {grouped(hits).map(({ kind, hits: rows }) => (
          <div key={kind} role="group" aria-label={words(kind)}>
            <p className="label find-kind" aria-hidden="true">{words(kind)}</p>
            {rows.map((hit) => <Row key={`${hit.kind}-${hit.id}`} id={`${id}-${hits.indexOf(hit)}`} hit={hit} active={hits[active] === hit} open={() => open(hit)} />)}
          </div>
        ))}
      </div>
      {pages.more && hits.length > 0 && <button type="button" className="link-button find-more" onClick={pages.more} data-testid="search-more">{t("search.more")}</button>}
    </div>
  );
}

function Row({ id, hit, active, open }: { id: string; hit: Found; active: boolean; open: () => void }) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const now = useNow();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div ref={row} id={id} className="find-row" role="option" aria-selected={active} onMouseDown={(event) => event.preventDefault()} onClick={open} data-testid={`found-${hit.id}`}>
      <Icon name={iconOf(hit.kind, entities ?? [])} size={16} />
      <span className="grow line-two">
        <span className="clip strong" dir="auto">{hit.title.text ? <Marked excerpt={hit.title} /> : t("letter.no_subject")}</span>
        <span className="clip tiny soft" dir="auto"><Marked excerpt={hit.snippet} /></span>
      </span>
      <span className="find-side tiny faint">
        {hit.party && hit.kind !== "party" && <span className="clip">{hit.party.name}</span>}
        <span className="num">{moment(hit.at, now, i18n.language as Language)}</span>
      </span>
    </div>
  );
}

function Marked({ excerpt }: { excerpt: Excerpt }) {
  return <>{pieces(excerpt).map((piece, place) => (piece.fits ? <mark key={place}>{piece.text}</mark> : piece.text))}</>;
}
