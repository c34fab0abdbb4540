import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Modal } from "../../ui/modal";
import { useHere } from "../shell/here";

/** Alt with the key's place on the keyboard (`code`): the same in every layout, and no input method uses them. */
export const SHORTCUTS = {
  answer: "KeyA",
  decline: "KeyD",
  mute: "KeyM",
  hold: "KeyO",
  transfer: "KeyT",
  conference: "KeyJ",
  hangup: "KeyH",
  dial: "KeyU",
  recording: "KeyX",
  ready: "KeyR",
  pause: "KeyP",
  note: "KeyN",
  reply: "KeyL",
  finish: "KeyE",
  search: "KeyS",
  find: "Slash",
  menu: "KeyG",
  filter: "KeyF",
  create: "KeyC",
  insert: "KeyK",
} as const;
export type Shortcut = keyof typeof SHORTCUTS;

/** What a call wants goes from everywhere; all else only where it can be seen. */
const OF_CALLS: ReadonlySet<Shortcut> = new Set(["answer", "decline", "mute", "hold", "conference", "hangup", "recording"]);

/** A dialog covers what a key would act on. */
export const covered = (): boolean => document.querySelector(".veil") !== null;

const BY_CODE = new Map(Object.entries(SHORTCUTS).map(([name, code]) => [code as string, name as Shortcut]));
const actions = new Map<Shortcut, () => void>();
const SINGLE = "trunkline.single-keys";

/** Single keys (`?`, 1 to 9) can be switched off: WCAG 2.1.4. */
export const singleKeys = (): boolean => localStorage.getItem(SINGLE) !== "off";

/** Bind an action while this component is drawn; null binds nothing. What stands on the desk binds with `useDeskKey`. */
export function useShortcut(name: Shortcut, action: (() => void) | null): void {
  const latest = useRef(action);
  latest.current = action;
  const bound = action !== null;
  useEffect(() => {
    if (!bound) return;
    const run = (): void => latest.current?.();
    actions.set(name, run);
    return () => {
      if (actions.get(name) === run) actions.delete(name);
    };
  }, [name, bound]);
}

/** Bind an action of the desk: while a page is shown in its place, the key does nothing to what cannot be seen. */
export function useDeskKey(name: Shortcut, action: (() => void) | null): void {
  const { shown } = useHere();
  useShortcut(name, shown ? action : null);
}

/** Whether a key belongs to what is being written. */
export function inText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function useKeyboard(select: (place: number) => void, help: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      if (event.altKey) return alt(event, select);
      if (event.key === "?" && singleKeys() && !inText(event.target)) help();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [select, help]);
}

function alt(event: KeyboardEvent, select: (place: number) => void): void {
  const digit = /^Digit([1-9])$/.exec(event.code);
  const name = BY_CODE.get(event.code);
  const action = digit ? () => select(Number(digit[1])) : name && actions.get(name);
  if (!action || (covered() && !(name && OF_CALLS.has(name)))) return;
  event.preventDefault();
  action();
}

export function ShortcutList({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useTranslation();
  const [single, setSingle] = useState(singleKeys);
  const toggle = (): void => {
    localStorage.setItem(SINGLE, single ? "off" : "on");
    setSingle(!single);
  };
  return (
    <Modal title={t("shortcut.title")} open={open} close={close} light cross>
      <dl className="shortcut-list">
        {Object.entries(SHORTCUTS).map(([name, code]) => (
          <div key={name}><dt>{t(`shortcut.${name}`)}</dt><dd><kbd>Alt</kbd> <kbd>{code === "Slash" ? "/" : code.slice(3)}</kbd></dd></div>
        ))}
        <div><dt>{t("shortcut.items")}</dt><dd><kbd>Alt</kbd> <kbd>1</kbd>–<kbd>9</kbd></dd></div>
        <div><dt>{t("shortcut.send")}</dt><dd><kbd>Ctrl</kbd> <kbd>Enter</kbd></dd></div>
        <div><dt>{t("shortcut.disposition")}</dt><dd><kbd>1</kbd>–<kbd>9</kbd></dd></div>
        <div><dt>{t("shortcut.help")}</dt><dd><kbd>?</kbd></dd></div>
      </dl>
      <label className="row check"><input type="checkbox" checked={single} onChange={toggle} />{t("shortcut.single")}</label>
    </Modal>
  );
}
