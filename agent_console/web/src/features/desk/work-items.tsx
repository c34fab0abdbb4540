import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { Icon } from "../../ui/icon";
import { Empty, Pill, type Tone } from "../../ui/panes";
import { Ring, Timer } from "../../ui/ring";
import { PassedOn } from "../interaction/passed-on";
import { ChatCardLine } from "../chats/chat-card-line";
import { SlaMark } from "../sla/sla-mark";
import { WaitingLetters } from "./waiting-letters";
import { customerLang, customerName, isHeld, mediumIcon, stateKey, stateSince } from "./items";
import type { IconName } from "../../ui/icon";

interface Props {
  items: Item[];
  selected: string | null;
  select: (id: string) => void;
}

export function WorkItems({ items, selected, select }: Props) {
  const { t } = useTranslation();
  return (
    <nav className="items scroll" aria-label={t("desk.items")}>
      <h2 className="pane-title">{t("desk.items")}{items.length > 0 && <span className="count-plain">{items.length}</span>}</h2>
      {items.length === 0 ? (
        <Empty icon="inbox" title={t("desk.no_items")}><p>{t("desk.no_items_text")}</p></Empty>
      ) : (
        <ul className="cards">
          {items.map((item, place) => (
            <li key={item.id}><Card item={item} place={place + 1} current={item.id === selected} select={() => select(item.id)} /></li>
          ))}
        </ul>
      )}
      <WaitingLetters held={items.length} />
    </nav>
  );
}

const STATE: Record<Item["state"], { tone: Tone; icon: IconName }> = {
  offered: { tone: "ring", icon: "bell" },
  connected: { tone: "talk", icon: "phone" },
  wrap_up: { tone: "rest", icon: "pen" },
};

const HELD = { tone: "ring", icon: "pause" } as const;

export function StatePill({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { tone, icon } = isHeld(item) ? HELD : STATE[item.state];
  const letter = item.medium !== "voice" && item.state === "connected";
  return <Pill tone={letter ? "accent" : tone} icon={letter ? mediumIcon(item) : icon}>{t(stateKey(item))}</Pill>;
}

function Card({ item, place, current, select }: { item: Item; place: number; current: boolean; select: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className={`card ${item.state}`} aria-current={current} onClick={select} data-testid={`item-${item.id}`} data-state={item.state} data-medium={item.medium}>
      <span className={`card-medium ${item.medium}`}><Icon name={mediumIcon(item)} size={16} /></span>
      <span className="card-body">
        <span className="card-line">
          <span className="strong clip grow" lang={customerLang(item)}>{customerName(item)}</span>
          {item.offer && item.state === "offered" ? (
            <Ring until={item.offer.deadline} totalS={item.offer.ring_s} size={28} label={t("offer.left")} />
          ) : (
            <Timer since={stateSince(item)} className="num faint small" />
          )}
        </span>
        {item.medium === "chat" && item.state === "connected" ? <ChatCardLine id={item.id} otherwise={item.subject || item.queue.name} /> : <span className="card-line tiny faint"><span className="clip" lang={item.queue.language}>{item.subject || item.queue.name}</span></span>}
        {item.passed_by !== null && item.state === "offered" && <span className="card-line"><PassedOn item={item} /></span>}
        {item.clocks.length > 0 && <span className="card-line"><SlaMark item={item} /></span>}
        <span className="card-line"><StatePill item={item} />{place <= 9 && <span className="card-key" aria-hidden="true">Alt {place}</span>}</span>
      </span>
    </button>
  );
}
