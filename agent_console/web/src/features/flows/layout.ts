/** How a flow is drawn (pure): a column for each layer, from left to right by the longest way from the start; ways out are rows of a step's card. */
import { exits, type Exit } from "./kinds";
import type { Flow, Step } from "./types";

export const CARD = 196;
export const HEAD = 46;
export const ROW = 22;
const FOOT = 6;
const APART = 76;
const BELOW = 26;
const EDGE = 22;
const TURN = 14;
/** A way that passes a layer needs no more room than this. */
const THREAD = 10;
const SWEEPS = 6;

export interface Node {
  name: string;
  layer: number;
  x: number;
  y: number;
  height: number;
  /** Whether any way leads here from the start. */
  reached: boolean;
}

export interface Edge {
  from: string;
  to: string;
  exit: Exit;
  path: string;
  /** It leads back to where callers have been. */
  back: boolean;
}

export interface Layout {
  nodes: Map<string, Node>;
  edges: Edge[];
  width: number;
  height: number;
}

interface Link {
  from: string;
  to: string;
}

/** A step, or a thread of a way that passes its layer. */
interface Place {
  id: string;
  layer: number;
  height: number;
  y: number;
  reached: boolean;
  /** How far down one comes in. */
  entry: number;
  before: Place[];
  after: Place[];
}

export const heightOf = (step: Step): number => HEAD + exits(step).length * ROW + (exits(step).length > 0 ? FOOT : 0);
export const portOf = (place: number): number => HEAD + place * ROW + ROW / 2;

const linksOf = (flow: Flow, name: string): string[] => [...new Set(exits(flow.steps[name] as Step).map(({ target }) => target))].filter((target) => target in flow.steps);

interface Walk {
  /** Steps, each after all that it leads to without going back. */
  ended: string[];
  back: Set<string>;
  reached: Set<string>;
  met: string[];
}

const linkId = ({ from, to }: Link): string => `${from}>${to}`;

/** Depth first, without recursion: what leads to a step that is still being walked through leads back. */
function walk(flow: Flow): Walk {
  const [ended, met, back, reached, open, seen] = [[] as string[], [] as string[], new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  const from = (root: string): void => {
    const stack = [{ name: root, left: linksOf(flow, root) }];
    [open, seen].forEach((set) => set.add(root));
    met.push(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.left.shift();
      if (next === undefined) {
        open.delete(top.name);
        ended.push(top.name);
        stack.pop();
      } else if (open.has(next)) back.add(linkId({ from: top.name, to: next }));
      else if (!seen.has(next)) {
        [open, seen].forEach((set) => set.add(next));
        met.push(next);
        stack.push({ name: next, left: linksOf(flow, next) });
      }
    }
  };
  if (flow.start in flow.steps) from(flow.start);
  seen.forEach((name) => reached.add(name));
  const ledTo = new Set(Object.keys(flow.steps).flatMap((name) => linksOf(flow, name)));
  const rest = Object.keys(flow.steps).sort((one, two) => Number(ledTo.has(one)) - Number(ledTo.has(two)));
  for (const name of rest) if (!seen.has(name)) from(name);
  return { ended, back, reached, met };
}

/** The longest way to each step from where its ways begin. */
function layers(flow: Flow, { ended, back }: Walk): Map<string, number> {
  const found = new Map(ended.map((name) => [name, 0]));
  for (const name of [...ended].reverse()) {
    for (const to of linksOf(flow, name)) if (!back.has(linkId({ from: name, to }))) found.set(to, Math.max(found.get(to) ?? 0, (found.get(name) ?? 0) + 1));
  }
  return found;
}

export function laidOut(flow: Flow): Layout {
  const walked = walk(flow);
  const layerOf = layers(flow, walked);
  const places = new Map<string, Place>(walked.met.map((name) => [name, { id: name, layer: layerOf.get(name) ?? 0, height: heightOf(flow.steps[name] as Step), y: 0, reached: walked.reached.has(name), entry: HEAD / 2, before: [], after: [] }]));
  const threads = new Map<string, Place[]>();
  const columns: Place[][] = [];
  const stand = (place: Place): void => void (columns[place.layer] ??= []).push(place);
  places.forEach(stand);
  for (const from of places.values()) {
    for (const to of linksOf(flow, from.id)) {
      const end = places.get(to);
      if (!end || walked.back.has(linkId({ from: from.id, to }))) continue;
      const way = Array.from({ length: end.layer - from.layer - 1 }, (_, at): Place => ({ id: `${linkId({ from: from.id, to })}${at}`, layer: from.layer + at + 1, height: THREAD, y: 0, reached: from.reached, entry: THREAD / 2, before: [], after: [] }));
      way.forEach(stand);
      threads.set(linkId({ from: from.id, to }), way);
      [from, ...way, end].forEach((here, at, all) => {
        const next = all[at + 1];
        if (!next) return;
        here.after.push(next);
        next.before.push(here);
      });
    }
  }
  order(columns);
  settle(columns);
  return drawn(flow, walked, places, threads, columns);
}

const mean = (of: readonly number[]): number | null => (of.length === 0 ? null : of.reduce((sum, each) => sum + each, 0) / of.length);

/** Within each column: near to what one comes from, then to where one goes; steps that nobody reaches come last. */
function order(columns: Place[][]): void {
  const rank = new Map<Place, number>();
  const note = (column: Place[]): void => column.forEach((place, at) => rank.set(place, at / Math.max(1, column.length - 1)));
  columns.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const column of forth ? columns : [...columns].reverse()) {
      const wanted = new Map(column.map((place) => [place, mean((forth ? place.before : place.after).map((each) => rank.get(each) ?? 0)) ?? rank.get(place) ?? 0]));
      column.sort((one, two) => Number(two.reached) - Number(one.reached) || (wanted.get(one) ?? 0) - (wanted.get(two) ?? 0));
      note(column);
    }
  }
}

/** How far down each stands: level with its neighbours as far as the order and the gaps allow. */
function settle(columns: Place[][]): void {
  for (const column of columns) spread(column, column.map(() => 0));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const column of forth ? columns : [...columns].reverse()) {
      spread(column, column.map((place) => mean((forth ? place.before : place.after).map((each) => each.y + each.entry - place.entry)) ?? place.y));
    }
  }
  const least = Math.min(...columns.flat().map(({ y }) => y));
  for (const place of columns.flat()) place.y += EDGE - least;
}

const gap = (one: Place, two: Place): number => (one.height === THREAD && two.height === THREAD ? THREAD : BELOW);

/** As near to the wanted places as can be without touching (pool adjacent violators). */
function spread(column: Place[], wanted: readonly number[]): void {
  let below = 0;
  const offsets = column.map((place, at) => {
    const before = column[at - 1];
    below += before ? before.height + gap(before, place) : 0;
    return below;
  });
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((want, at) => {
    pools.push({ sum: want - (offsets[at] ?? 0), count: 1 });
    for (let [last, one] = [pools.at(-1), pools.at(-2)]; last && one && one.sum / one.count > last.sum / last.count; [last, one] = [pools.at(-1), pools.at(-2)]) {
      pools.splice(-2, 2, { sum: one.sum + last.sum, count: one.count + last.count });
    }
  });
  let at = 0;
  for (const { sum, count } of pools) {
    for (const end = at + count; at < end; at += 1) {
      const place = column[at];
      if (place) place.y = sum / count + (offsets[at] ?? 0);
    }
  }
}

const left = (layer: number): number => EDGE + layer * (CARD + APART);

function drawn(flow: Flow, { back, reached }: Walk, places: ReadonlyMap<string, Place>, threads: ReadonlyMap<string, Place[]>, columns: readonly Place[][]): Layout {
  const nodes = new Map([...places].map(([name, { layer, y, height }]): [string, Node] => [name, { name, layer, x: left(layer), y, height, reached: reached.has(name) }]));
  const bottom = Math.max(0, ...columns.flat().map(({ y, height }) => y + height));
  const lanes = [...new Set([...back].map((id) => id.split(">")[1] ?? ""))];
  const edges = [...nodes.values()].flatMap((from) => exits(flow.steps[from.name] as Step).flatMap((exit, at): Edge[] => {
    const to = nodes.get(exit.target);
    if (!to) return [];
    const id = linkId({ from: from.name, to: to.name });
    const [x, y] = [from.x + CARD, from.y + portOf(at)];
    const path = back.has(id) ? round(x, y, to, bottom + TURN * (lanes.indexOf(to.name) + 1.5)) : along(x, y, threads.get(id) ?? [], to);
    return [{ from: from.name, to: to.name, exit, path, back: back.has(id) }];
  }));
  return { nodes, edges, width: left(columns.length) - APART + EDGE + (lanes.length > 0 ? TURN : 0), height: bottom + EDGE + lanes.length * TURN };
}

const fixed = (n: number): string => String(Math.round(n * 10) / 10);

function along(x: number, y: number, threads: readonly Place[], to: Node): string {
  let path = `M${fixed(x)} ${fixed(y)}`;
  let [fromX, fromY] = [x, y];
  const bend = (toX: number, toY: number): void => {
    const middle = (fromX + toX) / 2;
    path += `C${fixed(middle)} ${fixed(fromY)} ${fixed(middle)} ${fixed(toY)} ${fixed(toX)} ${fixed(toY)}`;
    [fromX, fromY] = [toX, toY];
  };
  for (const thread of threads) {
    bend(left(thread.layer), thread.y + thread.entry);
    path += `H${fixed(left(thread.layer) + CARD)}`;
    fromX = left(thread.layer) + CARD;
  }
  bend(to.x, to.y + HEAD / 2);
  return path;
}

/** Out at the right, below everything, and up again before the step that it leads back to. */
function round(x: number, y: number, to: Node, lane: number): string {
  const [out, into, end] = [x + TURN, to.x - TURN, to.y + HEAD / 2];
  const r = 7;
  return `M${fixed(x)} ${fixed(y)}H${fixed(out - r)}q${r} 0 ${r} ${r}V${fixed(lane - r)}q0 ${r} ${-r} ${r}H${fixed(into + r)}q${-r} 0 ${-r} ${-r}V${fixed(end + r)}q0 ${-r} ${r} ${-r}H${fixed(to.x)}`;
}

/** Where an arrow key leads from a step. */
export function moved(layout: Layout, from: string, key: string): string | null {
  const here = layout.nodes.get(from);
  if (!here) return null;
  const column = [...layout.nodes.values()].filter(({ layer }) => layer === here.layer).sort((one, two) => one.y - two.y);
  const at = column.indexOf(here);
  switch (key) {
    case "ArrowDown": return column[at + 1]?.name ?? null;
    case "ArrowUp": return column[at - 1]?.name ?? null;
    case "ArrowRight": return layout.edges.find((edge) => edge.from === from && !edge.back)?.to ?? null;
    case "ArrowLeft": return nearest(layout, here);
    default: return null;
  }
}

function nearest(layout: Layout, here: Node): string | null {
  const ways = layout.edges.filter((edge) => edge.to === here.name && !edge.back).map(({ from }) => layout.nodes.get(from)).filter((node) => node !== undefined);
  return ways.sort((one, two) => two.layer - one.layer || Math.abs(one.y - here.y) - Math.abs(two.y - here.y))[0]?.name ?? null;
}
