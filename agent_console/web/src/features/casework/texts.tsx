import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import type { Item } from "../../net/types";
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

/** For what texts are offered and filled in: an interaction or a case. */
export interface TextsPlace {
  address: { interaction?: string; case?: string };
  language: string;
  channel: "email" | "voice" | "chat" | "fax" | "sms";
  /** Changes when another choice of texts may fit. */
  about: string;
}

/** Of an item at the desk; in the customer's own language where it is known who it is. */
export function textsOf(item: Item, channel: TextsPlace["channel"]): TextsPlace {
  const language = (item.match.strength === "one" && item.match.parties[0]?.language) || item.queue.language;
  return { address: { interaction: item.id }, language, channel, about: item.case?.id ?? "" };
}

/** Canned replies for this letter: by a slash and their shortcut as one types, or from the list. */
export function Texts({ address: { interaction, case: about_case }, language, channel, about, typed, insert }: TextsPlace & { insert: (filled: Filled, typed: string) => void; typed: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [sought, setSought] = useState("");
  const [lacking, setLacking] = useState<string[]>([]);
  const [busy, problem, run] = useBusy();
  const wanted = open || typed !== "";
  const where = interaction ? `&interaction=${segment(interaction)}` : about_case ? `&case=${segment(about_case)}` : "";
  const address = `/texts?channel=${channel}&language=${language}${where}`;
  const { data } = useResource(wanted ? `${address}#${about}` : null, () => call<{ items: Text[] }>("GET", address));
  const words = (typed ? typed.slice(1) : sought).toLowerCase();
  const found = (data?.items ?? []).filter((each) => (typed ? (each.shortcut ?? "").toLowerCase().startsWith(words) : `${each.name} ${each.shortcut ?? ""} ${each.body}`.toLowerCase().includes(words))).slice(0, MOST_SHOWN);
  const choose = (text: Text): void =>
    run(async () => {
      const filled = await call<Filled>("POST", `/texts/${segment(text.id)}/fill`, { interaction_id: interaction, case_id: about_case });
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
