import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, WaitingLetter } from "../../net/types";
import { useNow } from "../../store/clock";
import { useList } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import { LETTERS } from "./items";

/** Letters that wait in one's queues, and those that one set aside: to be taken by hand. Nothing is asked for before it is open. */
export function WaitingLetters({ held }: { held: number }) {
  const { t } = useTranslation();
  const waiting = useList("queues").reduce((sum, queue) => sum + LETTERS.reduce((of, medium) => of + queue.waiting[medium], 0), 0);
  const [open, setOpen] = useState(false);
  const told = useResource(open ? "letters" : null, () => call<{ items: WaitingLetter[] }>("GET", "/me/letters"), `${waiting}/${held}`);
  const [busy, problem, run] = useBusy();
  const take = (id: string): void => run(() => call("POST", `/interactions/${segment(id)}/take`).finally(told.again));
  return (
    <details className="by-hand" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid="waiting-letters">{t("by_hand.letters")}{waiting > 0 && <span className="count-plain">{waiting}</span>}</summary>
      <Wrong problem={problem} />
      {!told.data ? (told.problem ? <Failure problem={told.problem} retry={told.again} /> : open && <Bones lines={2} />) : told.data.items.length === 0 ? (
        <p className="soft small">{t("by_hand.nothing")}</p>
      ) : (
        <ul>
          {told.data.items.map((letter) => <li key={letter.id}><Row letter={letter} busy={busy} take={() => take(letter.id)} /></li>)}
        </ul>
      )}
    </details>
  );
}

function Row({ letter, busy, take }: { letter: WaitingLetter; busy: boolean; take: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <>
      <span className="by-hand-what">
        <span className="card-line"><span className="strong clip grow" dir="auto">{letter.customer || t("item.unnamed")}</span>{letter.until === null && <Timer since={letter.enqueued_at} className="num faint small" />}</span>
        <span className="tiny faint clip" dir="auto" title={letter.subject}>{letter.subject || letter.queue}</span>
        {letter.until !== null && <span className="tiny row"><Icon name="clock" size={13} />{t("by_hand.back_at", { at: moment(letter.until, now, i18n.language as Language) })}</span>}
      </span>
      <Button small isDisabled={busy} onPress={take} data-testid={`take-${letter.id}`}>{t(letter.until === null ? "by_hand.take" : "by_hand.resume")}</Button>
    </>
  );
}
