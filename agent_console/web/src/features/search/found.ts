import { call } from "../../net/api";
import type { Excerpt, Found, FoundKind } from "../../net/types";
import type { Page } from "../../store/pages";
import { iconNamed, type IconName } from "../../ui/icon";
import { recordAddress, type EntityDoc } from "../records/entities";

const READ_HERE: Partial<Record<FoundKind, IconName>> = { letter: "mail", note: "note", attachment: "clip" };

/** A kind's icon: an entity says its own. */
export const iconOf = (kind: FoundKind, entities: readonly EntityDoc[]): IconName => READ_HERE[kind] ?? iconNamed(entities.find(({ name }) => name === kind)?.icon ?? "");

/** Where a hit leads: records have pages; letters and notes (and what one has no page of) are read where they were found. */
export function pageOf(hit: Found, entities: readonly EntityDoc[]): string | null {
  const entity = entities.find(({ name }) => name === hit.kind);
  return entity ? recordAddress(entity, hit.id) : null;
}
const PAGE = "20";

export function search(text: string, cursor: string | null): Promise<Page<Found>> {
  const query = new URLSearchParams({ q: text, limit: PAGE, ...(cursor === null ? {} : { cursor }) });
  return call<Page<Found>>("GET", `/search?${query.toString()}`);
}

/** By kind, in the order of the first of each: what fits best stands on top. */
export function grouped(found: Found[]): { kind: FoundKind; hits: Found[] }[] {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ kind, hits: found.filter((hit) => hit.kind === kind) }));
}

/** The text in pieces, those that fit marked. Places count code points, not UTF-16 units. */
export function pieces({ text, marks }: Excerpt): { text: string; fits: boolean }[] {
  const signs = [...text];
  const cut: { text: string; fits: boolean }[] = [];
  let at = 0;
  for (const [begin, end] of marks) {
    cut.push({ text: signs.slice(at, begin).join(""), fits: false }, { text: signs.slice(begin, end).join(""), fits: true });
    at = end;
  }
  cut.push({ text: signs.slice(at).join(""), fits: false });
  return cut.filter((piece) => piece.text !== "");
}
