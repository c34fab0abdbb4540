import type { Item } from "../net/types";
import type { Phone, PhoneCall, PhoneState } from "./phone";

/** The call on this tab's phone that belongs to an item; offers and interactions name each other. */
export function callOf(item: Item, phone: PhoneState): PhoneCall | null {
  const call = phone.call;
  if (!call || item.medium !== "voice") return null;
  return call.interaction === item.id || (call.offer !== null && call.offer === item.offer?.id) ? call : null;
}

export const ITEM_FOLLOWS_WITHIN_MS = 2_000;

/** A call that no item knows, and that can be answered all the same: it came past the server (fallback queue, link lost), or a colleague asks. */
export function plainCall(items: readonly Item[], phone: PhoneState, linkLive: boolean): PhoneCall | null {
  const call = phone.call;
  if (!call || items.some((item) => callOf(item, phone))) return null;
  // The phone may ring a breath before the item's document arrives.
  const follows = linkLive && !call.consult && call.interaction !== null && Date.now() - call.rangAt < ITEM_FOLLOWS_WITHIN_MS;
  return follows ? null : call;
}

/** Resolves when nobody talks on this phone: a customer is not cut off because a session ended. */
export function afterTalk(phone: Pick<Phone, "state" | "subscribe">): Promise<void> {
  const talks = (): boolean => phone.state.call !== null && phone.state.call.state !== "ringing";
  if (!talks()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = phone.subscribe(() => {
      if (talks()) return;
      stop();
      resolve();
    });
  });
}

/** Whether the phone can ring, once that is settled; a phone that is not there after so long cannot. */
export function registered(phone: Pick<Phone, "state" | "subscribe">, withinMs: number): Promise<boolean> {
  const settled = (): boolean => !["starting", "offline"].includes(phone.state.stage);
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(late);
      resolve(phone.state.stage === "registered");
    };
    const stop = phone.subscribe(() => settled() && done());
    const late = setTimeout(done, withinMs);
    if (settled()) done();
  });
}
