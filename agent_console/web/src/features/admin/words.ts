/** The words of a code list and their order (pure). */
export interface Word {
  id: string;
  list: string;
  code: string;
  label_en: string;
  label_zh_tw: string | null;
  label_zh_cn: string | null;
  position: number;
  retired_at: number | null;
}

/** The words with one of them at another place. */
export function moved<T extends { id: string }>(words: readonly T[], id: string, to: number): T[] {
  const word = words.find((each) => each.id === id);
  if (!word) return [...words];
  const rest = words.filter((each) => each.id !== id);
  return [...rest.slice(0, to), word, ...rest.slice(to)];
}

/** The positions to write, and only those that change. */
export function positions(before: readonly Word[], after: readonly Word[]): [string, number][] {
  const was = new Map(before.map(({ id, position }) => [id, position]));
  return after.flatMap(({ id }, place): [string, number][] => (was.get(id) === place ? [] : [[id, place]]));
}
