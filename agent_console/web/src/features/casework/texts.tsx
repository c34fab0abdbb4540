import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { useBusy } from "../../ui/busy";
import type { Filled } from "./types";

interface Text {
  id: string;
  name: string;
  shortcut: string | null;
  language: string;
  body: string;
}

const MOST_SHOWN = 8;

/** Canned replies for this letter: by a slash and their shortcut as one types, or from the list. */
export function Texts({ item, typed, insert }: { item: Item; typed: string; insert: (filled: Filled, typed: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [sought, setSought] = useState("");
  const [lacking, setLacking] = useState<string[]>([]);
  const [busy, problem, run] = useBusy();
  const wanted = open || typed !== "";
  // the customer's own language first, where it is known whose letter it is
  const language = (item.match.strength === "one" && item.match.parties[0]?.language) || item.queue.language;
  const address = `/texts?channel=${item.medium === "email" || item.medium === "sms" ? item.medium : "voice"}&language=${language}&interaction=${segment(item.id)}`;
  const { data } = useResource(wanted ? `${address}#${item.case?.id ?? ""}` : null, () => call<{ items: Text[] }>("GET", address));
  const words = (typed ? typed.slice(1) : sought).toLowerCase();
  const found = (data?.items ?? []).filter((each) => (typed ? (each.shortcut ?? "").toLowerCase().startsWith(words) : `${each.name} ${each.shortcut ?? ""} ${each.body}`.toLowerCase().includes(words))).slice(0, MOST_SHOWN);
  const choose = (text: Text): void =>
    run(async () => {
      const filled = await call<Filled>("POST", `/texts/${segment(text.id)}/fill`, { interaction_id: item.id });
      setLacking(filled.lacking);
      setOpen(false);
      insert(filled, typed);
    });
  return (
    <div className="texts">
      <div className="row">
        <Button small look={open ? "on" : "quiet"} icon="rows" aria-expanded={open} onPress={() => setOpen(!open)} data-testid="texts">{t("letter.texts")}</Button>
        {open && <input className="input grow" autoFocus value={sought} placeholder={t("letter.texts_find")} aria-label={t("letter.texts_find")} onChange={(event) => setSought(event.target.value)} />}
        {!open && <span className="tiny faint">{t("letter.texts_hint")}</span>}
      </div>
      {wanted && data && (
        <ul className="text-list">
          {found.map((each) => <li key={each.id}><button type="button" className="text-choice" disabled={busy} onClick={() => choose(each)} data-testid={`text-${each.shortcut ?? each.id}`}><span className="strong">{each.name}</span>{each.shortcut && <span className="tiny soft num">/{each.shortcut}</span>}<span className="tiny faint clip" lang={each.language}>{each.body}</span></button></li>)}
          {found.length === 0 && open && <li className="tiny faint">{t("letter.texts_none")}</li>}
        </ul>
      )}
      {lacking.length > 0 && <p className="tiny wrong">{t("casework.lacking", { names: lacking.join(", ") })}</p>}
      <Wrong problem={problem} />
    </div>
  );
}
