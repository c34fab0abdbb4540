import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Feed, LinkState } from "../net/feed";
import type { Collection, Collections, Session, User } from "../net/types";
import type { Phone, PhoneState } from "../phone/phone";
import type { Store } from "./store";

/** What every part of the signed-in console shares. */
export interface Desk {
  store: Store;
  feed: Feed;
  phone: Phone;
  session: Session;
  changeUser: (change: Partial<Pick<User, "language" | "theme" | "density">>) => Promise<void>;
  signOut: () => Promise<void>;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("outside of the desk");
  return desk;
}

export function useDoc<C extends Collection>(collection: C, id: string): Collections[C] | undefined {
  const { store } = useDesk();
  const subscribe = useCallback((on: () => void) => store.subscribe(collection, id, on), [store, collection, id]);
  return useSyncExternalStore(subscribe, () => store.get(collection, id));
}

export function useList<C extends Collection>(collection: C): readonly Collections[C][] {
  const { store } = useDesk();
  const subscribe = useCallback((on: () => void) => store.subscribe(collection, null, on), [store, collection]);
  return useSyncExternalStore(subscribe, () => store.list(collection));
}

export function useMe(): Collections["me"] | undefined {
  return useDoc("me", "me") ?? undefined;
}

export function useLink(): LinkState {
  const { feed } = useDesk();
  return useSyncExternalStore(feed.subscribe, () => feed.state);
}

export function usePhone(): PhoneState {
  const { phone } = useDesk();
  return useSyncExternalStore(phone.subscribe, () => phone.state);
}

/** Rises when something of this case has changed, whoever did it. */
export function useCaseNews(caseId: string): number {
  const { feed } = useDesk();
  const [round, setRound] = useState(0);
  useEffect(() => feed.look(caseId, () => setRound((before) => before + 1)), [feed, caseId]);
  return round;
}
