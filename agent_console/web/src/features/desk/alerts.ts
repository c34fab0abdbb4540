import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import type { PhoneCall } from "../../phone/phone";
import { customerName } from "./items";

/** The signals outside of the page: the tab's title and a notification while something is offered. */
export function useAlerts(items: readonly Item[], stray: PhoneCall | null): void {
  const { t } = useTranslation();
  const offered = items.find((item) => item.state === "offered");
  const ringing = stray?.state === "ringing" ? stray.from : null;
  const name = offered ? customerName(offered) : ringing;
  const key = offered?.offer?.id ?? ringing;
  const body = offered?.queue.name ?? "";
  useEffect(() => {
    document.title = name ? `● ${name} · Trunkline` : "Trunkline";
  }, [name]);
  const words = useRef({ title: "", body: "" });
  words.current = { title: name ? t(!offered || offered.medium === "voice" ? (offered?.callback ? "alert.callback" : "alert.call") : `alert.${offered.medium}`, { name }) : "", body };
  useEffect(() => {
    if (!key || document.hasFocus()) return;
    return notify(key, words.current.title, words.current.body);
  }, [key]);
}

function notify(tag: string, title: string, body: string): (() => void) | undefined {
  if (!("Notification" in window) || Notification.permission !== "granted") return undefined;
  const note = new Notification(title, { tag, body, requireInteraction: true, icon: "/favicon.svg" });
  note.onclick = () => {
    window.focus();
    note.close();
  };
  return () => note.close(); // answered here or elsewhere
}
