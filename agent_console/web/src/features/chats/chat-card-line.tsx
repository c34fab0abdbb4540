import { useTranslation } from "react-i18next";
import { useDoc } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import "../../styles/chats.css";

/** Of a chat in the list: what was said last, and how much one has not seen of it. */
export function ChatCardLine({ id, otherwise }: { id: string; otherwise: string }) {
  const { t } = useTranslation();
  const chat = useDoc("chats", id);
  return (
    <span className="card-line tiny faint">
      <span className="clip grow" dir="auto">{chat?.typing ? t("chat.types") : chat?.last || otherwise}</span>
      {chat?.away && <span title={t("chat.away")}><Icon name="unlink" size={14} /><span className="vh">{t("chat.away")}</span></span>}
      {chat !== undefined && chat.unread > 0 && <span className="chat-unread num" data-testid={`unread-${id}`}>{chat.unread}<span className="vh"> {t("chat.unread")}</span></span>}
    </span>
  );
}
