import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber } from "../../format";
import type { Language, QueueDoc, WaitingDoc } from "../../net/types";
import { useNow } from "../../store/clock";
import { useList } from "../../store/hooks";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { recordOf } from "../callrecord/address";
import { Empty } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import { iconOf } from "../desk/items";
import { waitingOf } from "./narrowed";
import { CallbackMark } from "./callback-mark";
import { Why } from "./why";

const MOST_ROWS = 50;

export function WaitingList({ queues: shown }: { queues: readonly QueueDoc[] }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const waiting = waitingOf(useList("waiting"), shown).sort((a, b) => Number(a.until !== null) - Number(b.until !== null) || a.enqueued_at - b.enqueued_at);
  const [asked, setAsked] = useState<string | null>(null);
  const about = waiting.find((each) => each.id === asked);
  const name = (each: WaitingDoc): string => phoneNumber(each.customer) || t(each.medium === "voice" || each.medium === "voicemail" ? "item.withheld" : "item.unnamed");
  const queues = new Map(shown.map((queue) => [queue.id, queue]));
  return (
    <section className="panel" aria-labelledby="board-waiting">
      <h2 className="pane-title" id="board-waiting">{t("board.waiting")}{waiting.length > 0 && <span className="count-plain">{waiting.length}</span>}</h2>
      {waiting.length === 0 ? <Empty icon="check" title={t("board.nobody_waits")} /> : (
        <ol className="waiting">
          {waiting.slice(0, MOST_ROWS).map((each) => (
            <li key={each.id}>
              <span className="waiting-place num">{each.until === null ? each.position : ""}</span>
              <Icon name={iconOf(each.medium)} size={16} />
              <span className="grow clip"><Link to={recordOf(each.id)} className="strong plain-link" title={t("callrecord.open")}>{name(each)}</Link><span className="faint tiny" lang={queues.get(each.queue)?.language}> {queues.get(each.queue)?.name ?? each.queue}</span></span>
              {each.callback && <CallbackMark id={each.id} />}
              {each.until !== null && <span className="tiny faint">{t("board.called_at", { at: moment(each.until, now, i18n.language as Language) })}</span>}
              {each.phase === "offered" && <span className="tiny row ringing"><Icon name="bell" size={14} />{t("board.ringing")}</span>}
              <Timer since={each.enqueued_at} />
              <IconButton icon="question" label={t("why.open")} onPress={() => setAsked(each.id)} data-testid={`why-${each.id}`} />
            </li>
          ))}
        </ol>
      )}
      {about && <Why interaction={about.id} queue={about.queue} callback={about.callback} until={about.until} who={name(about)} version={`${about.phase} ${about.until} ${about.queue} ${about.position}`} close={() => setAsked(null)} />}
    </section>
  );
}
