import { useEffect, useRef } from "react";
import { useDesk, useList } from "../../store/hooks";

/** A soft note when a visitor writes where one does not look: in another chat, or while another window is in front. */
export function useChatAlerts(shown: string | null): void {
  const { phone } = useDesk();
  const chats = useList("chats");
  const heard = useRef(new Map<string, number>());
  useEffect(() => {
    const before = heard.current;
    const more = chats.some((chat) => chat.unread > (before.get(chat.id) ?? 0) && (chat.id !== shown || !document.hasFocus()));
    heard.current = new Map(chats.map((chat) => [chat.id, chat.unread]));
    if (more) phone.wrote();
  }, [chats, shown, phone]);
}
