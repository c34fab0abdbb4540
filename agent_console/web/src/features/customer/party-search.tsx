import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call } from "../../net/api";
import type { Item, PartyRow } from "../../net/types";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { useShortcut } from "../desk/shortcuts";
import { useLinkParty } from "../interaction/who-is-it";

const PAUSE_MS = 200;

/** Search the customers by name, number or address, and link the one that it is. */
export function PartySearch({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [composing, setComposing] = useState(false);
  const wanted = useSettled(text.trim(), composing);
  const found = useResource(wanted === "" ? null : wanted, () => find(wanted));
  const { busy, problem, link } = useLinkParty(item);
  const box = useRef<HTMLInputElement>(null);
  useShortcut("search", () => box.current?.focus());
  return (
    <div className="party-search">
      <div className="search-box">
        <Icon name="search" />
        <input ref={box} className="input" type="search" value={text} placeholder={t("who.search_hint")} aria-label={t("who.search")} onChange={(event) => setText(event.target.value)} onCompositionStart={() => setComposing(true)} onCompositionEnd={() => setComposing(false)} data-testid="party-search" />
      </div>
      <Wrong problem={problem} />
      {found.problem ? <Failure problem={found.problem} retry={found.again} /> : wanted !== "" && (
        found.data ? <Found rows={found.data} busy={busy} link={link} /> : <Bones lines={2} />
      )}
    </div>
  );
}

async function find(text: string): Promise<PartyRow[]> {
  const query = new URLSearchParams({ search: text, limit: "8" });
  return (await call<{ items: PartyRow[] }>("GET", `/parties?${query.toString()}`)).items;
}

/** The text once the typing rests; during composition an input method's text is not searched for. */
function useSettled(text: string, composing: boolean): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    if (composing) return;
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, composing]);
  return settled;
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
