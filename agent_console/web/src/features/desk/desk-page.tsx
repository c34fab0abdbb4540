import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useList, useMe } from "../../store/hooks";
import { Empty } from "../../ui/panes";
import { AboveDialogs } from "../../ui/modal";
import { Interaction } from "../interaction/interaction";
import { usePlainCall } from "../interaction/offer";
import { OfferStrip } from "../interaction/offer-strip";
import { PlainCall } from "../interaction/plain-call";
import { Memos } from "../knowledge/memos";
import { Suggestions } from "../knowledge/suggestions";
import { Customer } from "../customer/customer";
import { useChatAlerts } from "../chats/alerts";
import { RecordingGuard } from "../recordings/guard";
import { Dialling } from "../dialling/dialling";
import { useAlerts } from "./alerts";
import { go } from "../../route";
import { Shell } from "../shell/shell";
import { HeldStrip } from "../writing/held-strip";
import { Banners } from "./banners";
import { HoldReminder } from "./hold";
import { focus, inOrder } from "./items";
import { ShortcutList, useKeyboard } from "./shortcuts";
import { StatusBar } from "./status-bar";
import { WorkItems } from "./work-items";
import type { Item } from "../../net/types";

/** The agent's desk: status on top, work on the left, the interaction in the centre, the customer on the right. */
export function DeskPage({ startPhone }: { startPhone: (take: boolean) => Promise<void> }) {
  const { t } = useTranslation();
  const items = inOrder(useList("items"));
  const [item, select] = useFocus(items);
  const [help, setHelp] = useState(false);
  const stray = useStrayCall(items);
  useKeyboard(
    useCallback((place: number) => {
      if (!items[place - 1]) return;
      select(items[place - 1]?.id ?? null);
      void go("/");
    }, [items, select]),
    useCallback(() => setHelp(true), []),
  );
  useAlerts(items, stray);
  useChatAlerts(item?.id ?? null);
  return (
    <AboveDialogs.Provider value={OfferStrip}>
      <Shell
        home={{ path: "/", icon: "inbox", title: t("page.desk"), ringing: items.some(({ state }) => state === "offered"), busy: items.length }}
        bar={<><StatusBar onShortcuts={() => setHelp(true)} /><Banners startPhone={startPhone} /><Memos item={item} /></>}
        tools={<><HeldStrip /><Dialling /><HoldReminder items={items} /><RecordingGuard items={items} /><ShortcutList open={help} close={() => setHelp(false)} /></>}
      >
        <div className="desk-body">
          <WorkItems items={items} selected={item?.id ?? null} select={select} />
          <main className="centre scroll" aria-label={t("desk.interaction")}>
            {stray && <PlainCall call={stray} />}
            {item ? <Interaction key={item.id} item={item} /> : stray ? null : <NothingYet />}
          </main>
          <aside className="customer" aria-label={t("desk.customer")}>
            <div className="customer-known"><Customer key={item?.id ?? "none"} item={item} /></div>
            <Suggestions item={item} />
          </aside>
        </div>
      </Shell>
    </AboveDialogs.Provider>
  );
}

function useFocus(items: Item[]): [Item | null, (id: string | null) => void] {
  const [selected, setSelected] = useState<string | null>(null);
  const popped = useRef(new Set<string>());
  const id = focus(items, selected, popped.current);
  useEffect(() => {
    if (id !== selected) setSelected(id);
    const offer = items.find((item) => item.id === id)?.offer;
    if (!offer || popped.current.has(offer.id)) return;
    popped.current.add(offer.id);
    // a call that rings comes up wherever one is; the page beside the desk stays as it was
    if (items.find((item) => item.id === id)?.medium === "voice") void go("/");
  }, [id, items, selected]);
  const choose = useCallback((next: string | null) => next && setSelected(next), []);
  return [items.find((item) => item.id === id) ?? null, choose];
}

function useStrayCall(items: Item[]) {
  const stray = usePlainCall(items);
  const rings = stray?.state === "ringing";
  useEffect(() => {
    if (rings) void go("/");
  }, [rings]);
  return stray;
}

function NothingYet() {
  const { t } = useTranslation();
  const me = useMe();
  const ready = me?.status === "ready";
  return (
    <div className="centre-empty">
      <h1 className="vh">{t("desk.interaction")}</h1>
      <Empty icon={ready ? "inbox" : "pause"} title={t(ready ? "desk.ready_title" : "desk.paused_title")}>
        <p>{t(ready ? "desk.ready_text" : "desk.paused_text")}</p>
      </Empty>
    </div>
  );
}
