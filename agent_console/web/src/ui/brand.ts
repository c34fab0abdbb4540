/** What the organisation calls itself and its logo: remembered, so that the first paint is right before anyone has signed in. */
import { useSyncExternalStore } from "react";

export interface Centre {
  name: string;
  /** Its address; null: none was given. */
  logo: string | null;
}

const REMEMBERED = "trunkline.centre";
let centre: Centre | null = remembered();
const listeners = new Set<() => void>();

function remembered(): Centre | null {
  const [name, logo] = (localStorage.getItem(REMEMBERED) ?? "").split("\n");
  return name ? { name, logo: logo?.startsWith("/brand/") ? logo : null } : null;
}

export function setCentre({ name, logo }: Centre): void {
  if (centre?.name === name && centre.logo === logo) return;
  centre = { name, logo };
  localStorage.setItem(REMEMBERED, `${name}\n${logo ?? ""}`);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useCentre = (): Centre | null => useSyncExternalStore(subscribe, () => centre);

/** Its colours were changed: fetch them anew. */
export function wearColours(): void {
  const link = document.querySelector<HTMLLinkElement>('link[href^="/brand/style"]') ?? document.head.appendChild(document.createElement("link"));
  link.rel = "stylesheet";
  link.href = `/brand/style?v=${Date.now()}`;
}
