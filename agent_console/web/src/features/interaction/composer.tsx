import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Item, Letter } from "../../net/types";
import { useDeskKey } from "../desk/shortcuts";
import { typing, usePlace } from "../knowledge/typing";
import { Bones } from "../../ui/panes";
import { WishLine } from "../wishes/lines";
import type { Ask } from "../writing/asking";

const Writing = lazy(() => import("../writing/writing").then((m) => ({ default: m.Writing })));

interface Hand {
  focus: () => void;
  put: (text: string) => void;
  ask: Ask;
}

/** The answer to a letter. Ctrl+Enter sends, Enter never does; the draft is the server's, and colleagues see that somebody writes. */
export function Composer({ item, thread = [], sent, finish, asked }: { item: Item; thread?: Letter[]; sent: () => void; finish: () => Promise<void>; asked?: (ask: Ask) => void }) {
  const { t } = useTranslation();
  const hand = useRef<Hand | null>(null);
  useDeskKey("reply", () => hand.current?.focus());
  usePlace(item.id, (text) => hand.current?.put(text));
  useEffect(() => asked?.((letter, way) => hand.current?.ask(letter, way)), []);
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  // the customer's own language first, where it is known whose letter it is
  const language = party?.language || item.queue.language;
  return (
    <section className="composer scroll" aria-label={t("letter.reply")} tabIndex={-1}>
      <Suspense fallback={<Bones lines={4} />}><Writing key={item.id} place={{ interaction: item.id }} version={`${item.version}/${item.letters}/${item.case?.id ?? ""}`} thread={thread} lang={item.queue.language} sent={sent} finish={finish}
        texts={{ address: { interaction: item.id }, language, channel: "email", about: item.case?.id ?? "" }} label={t("letter.reply_to", { address: item.customer.name || item.customer.address })}
        head={party && <WishLine party={party.id} name={party.name} language={item.queue.language} version={String(item.version)} />}
        typed={(text) => typing(item.id, text)} handle={(made) => { hand.current = made; }} /></Suspense>
    </section>
  );
}
