/** What a list shows, to and from its address (pure): a link to a list is a link to what one sees. */
import type { EntityDoc } from "./entities";
import { fromFilter, toFilter, type Filter } from "./filters";

export interface ListState {
  filter: Filter | null;
  /** `-updated_at,name`; empty: as the entity says. */
  sort: string;
  words: string;
  deleted: boolean;
  /** A saved view's id, `mine`, or empty for all. */
  view: string;
}

export const PLAIN: ListState = { filter: null, sort: "", words: "", deleted: false, view: "" };

/** What an address says: what it leaves unsaid (undefined) is as the view says. */
export interface Said extends Omit<ListState, "filter" | "sort"> {
  filter: Filter | null | undefined;
  sort: string | undefined;
}

/** What cannot be understood is left away: an old link still shows the list. */
export function fromSearch(search: string): Said {
  const query = new URLSearchParams(search);
  return {
    filter: query.has("filter") ? filterOf(query.get("filter") ?? "") : undefined,
    sort: query.get("sort") ?? undefined,
    words: query.get("q") ?? "",
    deleted: query.get("deleted") === "1",
    view: query.get("view") ?? "",
  };
}

/** What is shown: what the address says, else the view. */
export function resolved(said: Said, view: Pick<ListState, "filter" | "sort"> | null): ListState {
  return { ...said, filter: said.filter === undefined ? (view?.filter ?? null) : said.filter, sort: said.sort ?? view?.sort ?? "" };
}

const NO_FILTER = "none";

function filterOf(text: string): Filter | null {
  if (text === NO_FILTER) return null;
  try {
    const group = fromFilter(JSON.parse(text));
    return group && toFilter(group);
  } catch {
    return null; // not JSON
  }
}

export function toSearch(state: Said): string {
  const query = new URLSearchParams();
  if (state.view) query.set("view", state.view);
  if (state.words) query.set("q", state.words);
  if (state.filter) query.set("filter", JSON.stringify(state.filter));
  else if (state.filter === null && state.view) query.set("filter", NO_FILTER);
  if (state.sort !== undefined && (state.sort || state.view)) query.set("sort", state.sort);
  if (state.deleted) query.set("deleted", "1");
  const text = query.toString();
  return text ? `?${text}` : "";
}

export const PAGE = 100;

/** What the API is asked for a page; `fixed` narrows whatever one chooses. */
export function apiQuery(state: ListState, fixed: Filter | null, cursor: string | null, limit = PAGE): string {
  const filters = [fixed, state.filter].filter((each) => each !== null);
  const query = new URLSearchParams({ limit: String(limit) });
  if (filters.length > 0) query.set("filter", JSON.stringify(filters.length === 1 ? filters[0] : { all: filters }));
  if (state.sort) query.set("sort", state.sort);
  if (state.words.trim()) query.set("q", state.words.trim());
  if (state.deleted) query.set("deleted", "true");
  if (cursor === null) query.set("count", "true");
  else query.set("cursor", cursor);
  return query.toString();
}

/** The first key of an order, as a table's heading shows it. */
export function firstSort(state: ListState, entity: EntityDoc): { field: string; falling: boolean } {
  const first = (state.sort || entity.sort).split(",")[0] ?? "";
  return { field: first.replace(/^-/, ""), falling: first.startsWith("-") };
}

const REMEMBERED = "trunkline.columns.";
const MOST_COLUMNS = 30;

/** The columns of a list: a view's, else those remembered here, else the entity's own. Columns that there are no more are left away. */
export function columnsOf(entity: EntityDoc, chosen: readonly string[] | null): string[] {
  const known = new Set(entity.fields.map(({ name }) => name));
  const wanted = (chosen ?? rememberedColumns(entity) ?? []).filter((name) => known.has(name));
  if (wanted.length > 0) return wanted.slice(0, MOST_COLUMNS);
  const listed = entity.fields.filter((field) => field.listed).map(({ name }) => name);
  const title = known.has(entity.title) ? [entity.title] : [];
  return [...title, ...listed.filter((name) => name !== entity.title)];
}

export function rememberedColumns(entity: EntityDoc): string[] | null {
  const text = localStorage.getItem(REMEMBERED + entity.name);
  return text ? text.split(",") : null;
}

export function rememberColumns(entity: EntityDoc, columns: readonly string[] | null): void {
  if (columns) localStorage.setItem(REMEMBERED + entity.name, columns.join(","));
  else localStorage.removeItem(REMEMBERED + entity.name);
}
