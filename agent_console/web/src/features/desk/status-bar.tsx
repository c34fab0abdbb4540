import { useTranslation } from "react-i18next";
import { useLink, useList, usePhone } from "../../store/hooks";
import { Icon, type IconName } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import type { Tone } from "../../ui/panes";
import { ALWAYS, SHOWN, iconOf } from "./items";
import { StatusControl } from "./status-control";
import { TapeMark } from "../recordings/tape-mark";
import { DialButton } from "../dialling/dialling";
import { SearchBox } from "../search/search-box";
import { UserMenu } from "./user-menu";
import type { PhoneStage } from "../../phone/phone";
import type { LinkState } from "../../net/feed";

/** State and timer, the queue's pressure, the phone's and the link's health, and the person's own menu. */
export function StatusBar({ onShortcuts }: { onShortcuts: () => void }) {
  return (
    <header className="bar">
      <StatusControl />
      <TapeMark />
      <span className="bar-gap" />
      <SearchBox />
      <DialButton />
      <QueueGlance />
      <span className="bar-line" />
      <PhoneHealth />
      <LinkHealth />
      <span className="bar-line" />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  );
}

/** How many wait and how long, over all queues: what every agent glances at. */
function QueueGlance() {
  const { t } = useTranslation();
  const queues = useList("queues");
  return (
    <div className="glances" role="group" aria-label={t("queue.pressure")}>
      {SHOWN.filter((medium) => ALWAYS.includes(medium) || queues.some((q) => q.waiting[medium] > 0)).map((medium) => (
        <Glance key={medium} icon={iconOf(medium)} label={t(`medium.${medium}`)} waiting={sum(queues.map((q) => q.waiting[medium]))} since={oldest(queues.map((q) => q.longest_since[medium]))} />
      ))}
    </div>
  );
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

function oldest(moments: (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

function Glance({ icon, label, waiting, since }: { icon: IconName; label: string; waiting: number; since: number | null }) {
  const { t } = useTranslation();
  return (
    <div className={`glance${waiting > 0 ? " some" : ""}`} title={`${label}: ${t("queue.waiting_n", { count: waiting })}`}>
      <Icon name={icon} size={16} />
      <span className="vh">{label}</span>
      <span className="glance-n">{waiting}</span>
      <span className="faint">{since === null ? t("queue.none_waits") : <>{t("queue.longest")} <Timer since={since} /></>}</span>
    </div>
  );
}

const PHONE: Record<PhoneStage, { tone: Tone; icon: IconName }> = {
  off: { tone: "mute", icon: "off" },
  elsewhere: { tone: "mute", icon: "phone" },
  starting: { tone: "mute", icon: "clock" },
  registered: { tone: "go", icon: "phone" },
  offline: { tone: "ring", icon: "unlink" },
  failed: { tone: "stop", icon: "warn" },
};

export function PhoneHealth() {
  const { t } = useTranslation();
  const phone = usePhone();
  const { tone, icon } = PHONE[phone.stage];
  return <Health id="phone-state" state={phone.stage} tone={tone} icon={icon} label={t("phone.label")} word={t(`phone.${phone.stage}`)} />;
}

const LINK: Record<LinkState, { tone: Tone; icon: IconName }> = {
  connecting: { tone: "mute", icon: "clock" },
  live: { tone: "go", icon: "link" },
  stale: { tone: "ring", icon: "clock" },
  lost: { tone: "stop", icon: "unlink" },
  ended: { tone: "mute", icon: "off" },
  forbidden: { tone: "mute", icon: "off" },
};

export function LinkHealth() {
  const { t } = useTranslation();
  const link = useLink();
  const { tone, icon } = LINK[link];
  return <Health id="link-state" state={link} tone={tone} icon={icon} label={t("link.label")} word={t(`link.${link}`)} />;
}

interface HealthProps {
  id: string;
  state: string;
  tone: Tone;
  icon: IconName;
  label: string;
  word: string;
}

function Health({ id, state, tone, icon, label, word }: HealthProps) {
  return (
    <span className={`health ${tone}`} role="status" data-testid={id} data-state={state}>
      <Icon name={icon} size={16} />
      <span className="vh">{label}</span>
      <span>{word}</span>
    </span>
  );
}
