import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call } from "../../net/api";
import type { Item, PartyRow } from "../../net/types";
import { usePages, type Page } from "../../store/pages";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { useTyped } from "../../ui/typed";
import { useDeskKey } from "../desk/shortcuts";
import { useLinkParty } from "../interaction/who-is-it";

/** Search the customers by name, number or address, and link the one that it is. */
export function PartySearch({ item }: { item: Item }) {
  const { t } = useTranslation();
  const typed = useTyped();
  const wanted = typed.settled;
  const found = usePages(wanted === "" ? null : wanted, (cursor) => find(wanted, cursor));
  const { busy, problem, link } = useLinkParty(item);
  const box = useRef<HTMLInputElement>(null);
  useDeskKey("search", () => box.current?.focus());
  return (
    <div className="party-search">
      <div className="search-box">
        <Icon name="search" />
        <input ref={box} className="input" type="search" {...typed.bind} placeholder={t("who.search_hint")} aria-label={t("who.search")} data-testid="party-search" />
      </div>
      <Wrong problem={problem} />
      {found.problem ? <Failure problem={found.problem} retry={found.again} /> : wanted !== "" && (
        found.items ? <Found rows={found.items} busy={busy} link={link} /> : <Bones lines={2} />
      )}
      {found.more && <button type="button" className="link-button" onClick={found.more} data-testid="party-search-more">{t("search.more")}</button>}
    </div>
  );
}

function find(text: string, cursor: string | null): Promise<Page<PartyRow>> {
  const query = new URLSearchParams({ search: text, limit: "8", ...(cursor === null ? {} : { cursor }) });
  return call<Page<PartyRow>>("GET", `/parties?${query.toString()}`);
}

function Found({ rows, busy, link }: { rows: PartyRow[]; busy: boolean; link: (id: string) => void }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="faint small found-none" role="status">{t("who.nothing_found")}</p>;
  return (
    <ul className="found">
      {rows.map((row) => (
        <li key={row.id}>
          <button type="button" className="found-row" disabled={busy} onClick={() => link(row.id)} data-testid={`party-${row.id}`}>
            <Icon name={row.kind === "organisation" ? "building" : "user"} size={16} />
            <span className="strong" lang={row.language ?? undefined}>{row.name}</span>
            <span className="soft small grow clip">{[row.title, row.organisation, row.phone ? phoneNumber(row.phone) : row.email].filter(Boolean).join(" · ")}</span>
            <span className="small found-link"><Icon name="link" size={15} />{t("who.link")}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
