import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import type { ChatTranscript } from "../../net/types";
import { Bones, Failure, Pill } from "../../ui/panes";
import { Lines } from "./chat-log";

const WAIT_S = 10;
const AGAIN_MS = 2_000;

/** A chat that somebody else is at, or that is over: read only, and each line as it comes. */
export function LiveTranscript({ chat }: { chat: string }) {
  const { t } = useTranslation();
  const [known, setKnown] = useState<ChatTranscript | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (before: ChatTranscript | null): Promise<void> => {
      try {
        const path = `/interactions/${segment(chat)}/chat?after=${before?.seq ?? 0}&wait=${before ? WAIT_S : 0}`;
        const more = await call<ChatTranscript>("GET", path);
        if (gone) return;
        const now = { ...more, lines: [...(before?.lines ?? []), ...more.lines] };
        setKnown(now);
        setProblem(null);
        if (now.ended_by === null) void look(now);
      } catch (error) {
        if (gone || !(error instanceof Problem)) return;
        if (before === null) setProblem(error);
        else timer = setTimeout(() => void look(before), AGAIN_MS);
      }
    };
    void look(null);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [chat]);
  if (!known) return problem ? <Failure problem={problem} /> : <Bones lines={4} />;
  return (
    <div className="chat-watched" data-testid="chat-transcript">
      {known.ended_by === null && <p className="chat-live"><Pill tone="talk" icon="chat">{t("chat.live")}</Pill></p>}
      <Lines lines={known.lines} read={0} visitor={known.name} language={known.language} />
    </div>
  );
}
