import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { InteractionDetail, Item, Letter } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { useDeskKey } from "../desk/shortcuts";
import { given } from "../knowledge/typing";
import { AskContext, type Ask } from "../writing/asking";
import { CaseStatusChoice } from "./case-box";
import { Composer } from "./composer";
import { LetterView } from "./letter-view";
import { Park } from "./park";
import { Transfer } from "./transfer";

const Submissions = lazy(() => import("../inquiries/submission").then((m) => ({ default: m.Submissions })));
const TextComposer = lazy(() => import("../texts/text-composer").then((m) => ({ default: m.TextComposer })));

const PEEK_PX = 52; // the end of the letter before stays in sight, so that one sees there is more

/** An e-mail interaction: the thread of its case, the newest open, and the answer below. */
export function LetterPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const version = `${item.version}/${item.letters}`;
  const detail = useResource(item.id, () => call<InteractionDetail>("GET", `/interactions/${segment(item.id)}`), version);
  const newest = detail.data?.thread?.findLast(({ direction }) => direction === "in");
  useEffect(() => given(item.id, `${item.subject}\n${newest?.text ?? ""}`), [item.id, item.subject, newest?.text]);
  const [busy, problem, run] = useBusy();
  const end = (how: "finish" | "return") => run(() => call("POST", `/interactions/${segment(item.id)}/${how}`));
  const asking = useRef<Ask | null>(null);
  const ask = useCallback<Ask>((letter, way) => asking.current?.(letter, way), []);
  useDeskKey("finish", () => end("finish"));
  return (
    <div className="letters">
      <section className="letters-head">
        <div className="letters-subject">
          <h2 className="subject" dir="auto" title={item.subject}>{item.subject || t("letter.no_subject")}</h2>
          {item.case && <p className="tiny faint num">{item.case.number}</p>}
        </div>
        <div className="letters-acts">
          <CaseStatusChoice item={item} />
          <Park item={item} busy={busy} run={run} />
          <Transfer item={item} />
          <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => end("return")} data-testid="return">{t("letter.put_back")}</Button>
          <Button small icon="check" isDisabled={busy} onPress={() => end("finish")} data-testid="finish">{t("letter.finish")}</Button>
        </div>
      </section>
      <Wrong problem={problem} />
      <AskContext.Provider value={ask}><Thread item={item} thread={detail.data?.thread ?? null} problem={detail.problem} retry={detail.again} /></AskContext.Provider>
      {(item.medium === "email" || item.medium === "form") && <Composer item={item} thread={detail.data?.thread ?? []} sent={detail.again} finish={() => call("POST", `/interactions/${segment(item.id)}/finish`)} asked={(given) => { asking.current = given; }} />}
      {item.medium === "sms" && <Suspense fallback={<Bones lines={3} />}><TextComposer item={item} sent={detail.again} /></Suspense>}
    </div>
  );
}

interface ThreadProps {
  item: Item;
  thread: InteractionDetail["thread"] | null;
  problem: ReturnType<typeof useResource>["problem"];
  retry: () => void;
}

function Thread({ item, thread, problem, retry }: ThreadProps) {
  const { t } = useTranslation();
  if (!thread) return <section className="block thread">{problem ? <Failure problem={problem} retry={retry} /> : <Bones lines={6} />}</section>;
  if (thread.length === 0) return <div className="thread"><Empty icon="mail" title={t("letter.empty_thread")} /></div>;
  return <Letters item={item} thread={thread} />;
}

/** The newest letter is what one came to read: it is open, and it is where the thread stands. What a form says stands above, field by field. */
function Letters({ item, thread }: { item: Item; thread: Letter[] }) {
  const { t } = useTranslation();
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const newest = thread.at(-1)?.marks.includes("form") ? list.current?.firstElementChild : list.current?.lastElementChild;
    if (list.current && newest instanceof HTMLElement) list.current.scrollTop = newest.offsetTop - list.current.offsetTop - PEEK_PX;
  }, [thread.length]);
  return (
    <ol className="thread scroll" ref={list} tabIndex={0} aria-label={t("letter.thread")}>
      {item.medium === "form" && <li><Suspense fallback={<Bones lines={3} />}><Submissions item={item} /></Suspense></li>}
      {thread.map((letter, place) => (
        <li key={letter.id}><LetterView letter={letter} open={place === thread.length - 1 && !letter.marks.includes("form")} /></li>
      ))}
    </ol>
  );
}
