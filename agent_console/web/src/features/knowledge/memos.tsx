import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { attempt } from "../../ui/toasts";
import { shownHtml, type MemoDoc } from "./documents";

const LOOK_AGAIN_MS = 60_000;

/** Memos at the right moment: those for what is on the screen, and the general ones; one at a time, urgent ones first, until they are read. */
export function Memos({ item }: { item: Item | null }) {
  const { t } = useTranslation();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setRound((n) => n + 1), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const query = item ? `?interaction=${segment(item.id)}` : "";
  const { data, again } = useResource(`memos${query}`, () => call<{ items: MemoDoc[] }>("GET", `/knowledge/memos${query}`), `${round}/${item?.version ?? 0}`);
  const [place, setPlace] = useState(0);
  const [open, setOpen] = useState(false);
  const unread = (data?.items ?? []).filter((memo) => memo.read_at === null);
  const memo = unread[Math.min(place, unread.length - 1)];
  if (!memo) return null;
  const read = (): void => {
    setOpen(false);
    attempt(call("POST", `/knowledge/memos/${segment(memo.id)}/read`).then(again));
  };
  return (
    <section className={`memo ${memo.urgent ? "urgent" : ""}`} aria-label={t("knowledge.memos")} data-testid="memo" data-id={memo.id}>
      <div className="memo-line" role={memo.urgent ? "alert" : "status"}>
        <Icon name={memo.urgent ? "warn" : "bell"} size={17} />
        {memo.urgent && <strong>{t("knowledge.urgent")}</strong>}
        <button type="button" className="memo-title grow" aria-expanded={open} onClick={() => setOpen(!open)}><span className="clip" dir="auto">{memo.title}</span><Icon name={open ? "up" : "down"} size={14} /></button>
        {unread.length > 1 && (
          <span className="row tiny soft num">
            <IconButton small icon="left" label={t("knowledge.memo_before")} onPress={() => setPlace((place + unread.length - 1) % unread.length)} />
            {Math.min(place, unread.length - 1) + 1}/{unread.length}
            <IconButton small icon="right" label={t("knowledge.memo_next")} onPress={() => setPlace((place + 1) % unread.length)} />
          </span>
        )}
        <Button small icon="check" onPress={read} data-testid="memo-read">{t("knowledge.memo_read")}</Button>
      </div>
      {open && memo.html && <div className="memo-body article-text" dangerouslySetInnerHTML={{ __html: shownHtml(memo.html) }} />}
    </section>
  );
}
