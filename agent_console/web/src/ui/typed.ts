import { useEffect, useRef, useState, type ChangeEvent } from "react";

const PAUSE_MS = 200;

export interface Typed {
  text: string;
  /** The text once the typing rests; what an input method still composes is not in it. */
  settled: string;
  set: (text: string) => void;
  /** For the input. */
  bind: {
    value: string;
    onChange: (event: ChangeEvent<HTMLInputElement>) => void;
    onCompositionStart: () => void;
    onCompositionEnd: () => void;
  };
}

/** A search box's text. */
export function useTyped(): Typed {
  const [text, set] = useState("");
  const [settled, setSettled] = useState("");
  const [composes, setComposes] = useState(false);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    if (composes) return;
    const timer = setTimeout(() => setSettled(latest.current.trim() && latest.current.trimStart()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, composes]);
  const bind = { value: text, onChange: (event: ChangeEvent<HTMLInputElement>) => set(event.target.value), onCompositionStart: () => setComposes(true), onCompositionEnd: () => setComposes(false) };
  return { text, settled, set, bind };
}
