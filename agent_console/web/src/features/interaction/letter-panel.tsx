import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { InteractionDetail, Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Bones, Empty, Failure } from "../../ui/panes";
import { useBusy } from "../../ui/busy";
import { Wrong } from "../../ui/panes";
import { useShortcut } from "../desk/shortcuts";
import { LinkedCase } from "./case-box";
import { Composer } from "./composer";
import { LetterView } from "./letter-view";

/** An e-mail interaction: the thread of its case, the newest open, and the answer below. */
export function LetterPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const version = `${item.version}/${item.letters}`;
  const detail = useResource(item.id, () => call<InteractionDetail>("GET", `/interactions/${segment(item.id)}`), version);
  const [busy, problem, run] = useBusy();
  const end = (how: "finish" | "return") => run(() => call("POST", `/interactions/${segment(item.id)}/${how}`));
  useShortcut("finish", () => end("finish"));
  return (
    <div className="letters">
      <section className="block letters-head">
        <h2 className="subject grow" dir="auto">{item.subject || t("letter.no_subject")}</h2>
        <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => end("return")} data-testid="return">{t("letter.put_back")}</Button>
        <Button small icon="check" isDisabled={busy} onPress={() => end("finish")} data-testid="finish">{t("letter.finish")}</Button>
      </section>
      <Wrong problem={problem} />
      <LinkedCase item={item} />
      <Thread thread={detail.data?.thread ?? null} problem={detail.problem} retry={detail.again} />
      <Composer item={item} sent={detail.again} />
    </div>
  );
}

interface ThreadProps {
  thread: InteractionDetail["thread"] | null;
  problem: ReturnType<typeof useResource>["problem"];
  retry: () => void;
}

function Thread({ thread, problem, retry }: ThreadProps) {
  const { t } = useTranslation();
  if (!thread) return <section className="block">{problem ? <Failure problem={problem} retry={retry} /> : <Bones lines={6} />}</section>;
  if (thread.length === 0) return <Empty icon="mail" title={t("letter.empty_thread")} />;
  return (
    <ol className="thread" aria-label={t("letter.thread")}>
      {thread.map((letter, place) => (
        <li key={letter.id}><LetterView letter={letter} open={place === thread.length - 1} /></li>
      ))}
    </ol>
  );
}
