import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { segment } from "../../net/api";
import type { ChatFile, ChatLine, Language } from "../../net/types";
import { useDoc, useList } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import "../../styles/chats.css";

const NEAR_PX = 90;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** A chat of one's own, as the socket tells it. */
export function ChatLog({ chat }: { chat: string }) {
  const doc = useDoc("chats", chat);
  const lines = useList("chat_lines").filter((line) => line.chat === chat).sort((a, b) => a.seq - b.seq);
  return <Lines lines={lines} read={doc?.read ?? 0} visitor={doc?.name ?? ""} language={doc?.language ?? "en"} />;
}

interface Props {
  lines: readonly ChatLine[];
  read: number;
  visitor: string;
  language: Language;
}

/** The newest line is in sight, unless one has scrolled up to read. */
export function Lines({ lines, read, visitor, language }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const last = lines.at(-1)?.seq ?? 0;
  useLayoutEffect(() => {
    if (list.current && atEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [last]);
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const grown = new ResizeObserver(() => {
      height.current = box.clientHeight;
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    grown.observe(box);
    return () => grown.disconnect();
  }, []);
  const seen = lines.findLast((line) => line.author === "agent" && line.seq <= read)?.seq;
  const scrolled = (box: HTMLDivElement): void => {
    if (box.clientHeight !== height.current) return; // it was not the reader who moved
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  };
  return (
    <div ref={list} className="chat-log scroll" role="log" aria-live="polite" aria-label={t("chat.log")} tabIndex={0} onScroll={(event) => scrolled(event.currentTarget)} data-testid="chat-log">
      {lines.map((line) => <One key={line.seq} line={line} visitor={visitor} language={language} seen={line.seq === seen} />)}
    </div>
  );
}

function One({ line, visitor, language, seen }: { line: ChatLine; visitor: string; language: Language; seen: boolean }) {
  const { t, i18n } = useTranslation();
  const at = new Date(line.at * 1000).toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (line.author === "system") return <p className="chat-told" data-code={line.code}><span className="num">{at}</span> {t(`chat.line_${told(line)}`, { name: line.name, defaultValue: line.code })}</p>;
  const name = line.author === "visitor" ? visitor || t("chat.visitor") : line.name;
  return (
    <div className={`chat-line ${line.author}`} data-testid={`chat-line-${line.seq}`}>
      <p className="chat-who"><span dir="auto">{name}</span> · <span className="num">{at}</span></p>
      {line.text && <p className="chat-said" dir="auto" lang={language}>{line.text}</p>}
      {line.file && <Sent chat={line.chat} file={line.file} />}
      {seen && <p className="chat-who" data-testid="chat-seen"><Icon name="check" size={13} />{t("chat.seen")}</p>}
    </div>
  );
}

const told = (line: ChatLine): string => (line.code === "ended" ? `ended_${line.params["mailed"] ? "mailed" : (line.params["by"] ?? "agent")}` : line.code);

function Sent({ chat, file }: { chat: string; file: ChatFile }) {
  const { t } = useTranslation();
  const address = `/api/v1/interactions/${segment(chat)}/chat/files/${segment(file.id)}`;
  const size = t("chat.kilobytes", { count: Math.max(1, Math.round(file.size / 1000)) });
  return (
    <p className="chat-said chat-file">
      {PICTURES.has(file.content_type) && <a href={address} target="_blank" rel="noopener"><img src={address} alt={t("chat.picture", { name: file.name })} loading="lazy" /></a>}
      <a href={address} download={file.name} className="row"><Icon name="down" size={15} /><span dir="auto">{file.name}</span><span className="faint tiny num">{size}</span></a>
    </p>
  );
}
