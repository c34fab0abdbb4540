import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Letter } from "../../net/types";
import type { Ask } from "./asking";
import { Writing } from "./writing";

interface Props {
  caseId: string;
  language: string;
  thread: Letter[];
  version: string;
  /** Which letter was asked to be answered or forwarded before this was drawn. */
  asking: RefObject<{ letter: string; way: "reply" | "forward" } | null>;
  sent: () => void;
}

/** A letter from a case, whether or not somebody wrote before. */
export function CaseWriting({ caseId, language, thread, version, asking, sent }: Props) {
  const { t } = useTranslation();
  const ask = useRef<Ask | null>(null);
  useEffect(() => {
    const wanted = asking.current;
    if (!wanted || !ask.current) return;
    asking.current = null;
    ask.current(wanted.letter, wanted.way);
  });
  return (
    <section className="composer" aria-label={t("writing.write")}>
      <Writing place={{ case: caseId }} version={version} thread={thread} lang={language} sent={sent} label={t("writing.write")}
        texts={{ address: { case: caseId }, language, channel: "email", about: caseId }} handle={(hand) => { ask.current = hand.ask; }} />
    </section>
  );
}
