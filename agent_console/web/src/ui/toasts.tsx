import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "../i18n";
import { Problem } from "../net/api";
import { IconButton } from "./button";
import { Icon } from "./icon";

interface Toast {
  id: number;
  problem: Problem | null;
  key: string;
  params?: Record<string, string>;
}

const SHOWN_MS = 7_000;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function show(toast: Omit<Toast, "id">): void {
  const id = ++last;
  change([...toasts.slice(-2), { ...toast, id }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

const dismiss = (id: number): void => change(toasts.filter((toast) => toast.id !== id));

/** Say that something went well, or what came of it; `key` is a catalogue key. */
export const tell = (key: string, params: Record<string, string> = {}): void => show({ key, params, problem: null });

/** Show a failure. Anything but a Problem is a bug and is thrown on. */
export function complain(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  show({ key: "", problem: error });
}

/** Run something for its effect and show its failure. */
export function attempt(work: Promise<unknown>): void {
  work.catch(complain);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const { t } = useTranslation();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast${toast.problem ? " stop" : ""}`}>
          <Icon name={toast.problem ? "warn" : "check"} />
          <span className="grow">{toast.problem ? problemText(t, toast.problem) : t(toast.key, toast.params ?? {})}</span>
          <IconButton small icon="cross" label={t("common.dismiss")} onPress={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
