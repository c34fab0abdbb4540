import { createContext, useContext } from "react";
import type { Place } from "../../route";

export interface Here {
  place: Place;
  /** False while one is at home and the page waits beside it; at home: false while a page is shown. */
  shown: boolean;
}

export const HereContext = createContext<Here>({ place: { path: "/", search: "" }, shown: true });

/** A page's own place (or home's): it stays what it was while the page waits. */
export const useHere = (): Here => useContext(HereContext);
