import { useState } from "react";

const same = (one: unknown, two: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(two ?? null);

/** The text of an input whose value is read from it: what was typed stays as it is for as long as it says the value, so that "1," or "role:" can be typed on. */
export function useAsTyped<T>(value: T, read: (text: string) => T, write: (value: T) => string): [string, (text: string) => T] {
  const [text, setText] = useState(() => write(value));
  const take = (typed: string): T => {
    setText(typed);
    return read(typed);
  };
  return [same(read(text), value) ? text : write(value), take];
}
