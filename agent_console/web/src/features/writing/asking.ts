/** A letter in the thread is to be answered or forwarded: said to whoever writes beside it. */
import { createContext, useContext } from "react";

export type Ask = (letter: string, way: "reply" | "forward") => void;

export const AskContext = createContext<Ask | null>(null);

/** Null where nobody writes. */
export const useAsk = (): Ask | null => useContext(AskContext);
