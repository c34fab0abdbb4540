import i18next from "i18next";
import { phoneNumber } from "../../format";
import type { Item, Medium } from "../../net/types";
import type { IconName } from "../../ui/icon";

const ORDER = { offered: 0, connected: 1, wrap_up: 2 } as const;

/** Offers first, calls before letters, then by age. */
export function inOrder(items: readonly Item[]): Item[] {
  const rank = (item: Item): number => ORDER[item.state] * 2 + (item.medium === "voice" ? 0 : 1);
  return [...items].sort((a, b) => rank(a) - rank(b) || a.enqueued_at - b.enqueued_at);
}

/** Who it is, as well as it is known: the one party, the name that came with it, the number; nothing until it has been looked up. */
export function customerName(item: Item): string {
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  return party?.name || item.customer.name || customerAddress(item) || (item.match.strength === "pending" ? "" : item.medium === "chat" ? i18next.t("chat.visitor") : withheld());
}

/** What stands for a caller who shows no number. */
export function withheld(): string {
  return i18next.t("item.withheld");
}

/** Whoever comes by these is known by a number. */
export const BY_NUMBER: ReadonlySet<string> = new Set(["voice", "voicemail", "sms", "fax"]);

export function customerAddress(item: Item): string {
  return BY_NUMBER.has(item.medium) ? phoneNumber(item.customer.address) : item.customer.address;
}

/** The language to draw the customer's name in: a Chinese name needs its own region's glyphs. */
export function customerLang(item: Item): string {
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  return party?.language || item.queue.language;
}

/** The customer hears music, and the agent nothing. */
export const isHeld = (item: Item): boolean => item.held_since !== null && item.state === "connected";

/** What an item says of itself in its state: a callback is not a call before the customer was reached. */
export function stateKey(item: Item): string {
  if (isHeld(item)) return "item.voice_held";
  if (item.conference && item.state === "connected") return "item.voice_conference";
  const callback = item.medium === "voice" && item.callback && item.state !== "wrap_up";
  return `item.${callback ? (item.dialled ? "dialled" : "callback") : item.medium}_${item.state}`;
}

/** How an offer of it is announced. */
export function offerKey(item: Item): string {
  if (item.dialled && item.callback) return "offer.dialled";
  return item.medium === "voice" && item.callback ? "offer.callback" : `offer.${item.medium}`;
}

export function mediumIcon(item: Item): IconName {
  return item.medium === "voice" && item.callback && !item.dialled ? "callback" : iconOf(item.medium);
}

const ICONS: Record<Medium, IconName> = { voice: "phone", email: "mail", voicemail: "voicemail", chat: "chat", fax: "fax", form: "form", sms: "sms", post: "post" };

/** What stands for a medium; one that a newer server names looks like a letter. */
export const iconOf = (medium: string): IconName => (medium in ICONS ? ICONS[medium as Medium] : "mail");

/** What waits by itself: all but people who are on the line. In the order in which they are shown. */
export const LETTERS: readonly Medium[] = ["email", "voicemail", "fax", "form", "sms", "post"];

/** Shown also where nobody waits; the others only when somebody does. */
export const ALWAYS: readonly Medium[] = ["voice", "email"];
export const SHOWN: readonly Medium[] = [...ALWAYS, "chat", ...LETTERS.slice(1)];

/** When the present state of an item began. */
export function stateSince(item: Item): number {
  if (item.state === "wrap_up") return item.finished_at ?? item.enqueued_at;
  if (item.state === "connected") return item.connected_at ?? item.enqueued_at;
  return item.enqueued_at;
}

/** Which item is in the centre: a ringing call always comes up; nothing else takes away what one reads. */
export function focus(items: readonly Item[], selected: string | null, popped: ReadonlySet<string>): string | null {
  // By offer, not by item: one that comes back to the same agent is a new ringing.
  const ringing = items.find((item) => item.medium === "voice" && item.offer && !popped.has(item.offer.id));
  if (ringing) return ringing.id;
  if (selected !== null && items.some((item) => item.id === selected)) return selected;
  return items[0]?.id ?? null;
}
