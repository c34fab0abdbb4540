import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { moment, percent } from "../../format";
import type { Language, QueueDoc } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { Icon, type IconName } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import { ALWAYS, SHOWN, iconOf } from "../desk/items";
import { Closing } from "./closing";
import { door, type Door } from "./opening";
import { LEVELS, serviceLevel, staffLevel, waitLevel, worst, type Level } from "./thresholds";

export function QueueTile({ queue }: { queue: QueueDoc }) {
  const { t } = useTranslation();
  useNow();
  const wait = waitLevel(queue, serverNow());
  const service = serviceLevel(queue);
  const staff = staffLevel(queue);
  const at = door(queue, serverNow());
  const overall = at.open ? worst([wait, service, staff]) : worst([wait, service]);
  const { tone, icon } = LEVELS[overall];
  return (
    <article className={`tile ${overall}`} data-testid={`board-queue-${queue.id}`} data-level={overall}>
      <header className="row">
        <h3 className="grow clip" lang={queue.language}>{queue.name}</h3>
        {at.open ? <Pill tone={tone} icon={icon}>{t(`board.${overall}`)}</Pill> : <Closed door={at} />}
        <Closing queue={queue} />
      </header>
      <div className="tile-waits">
        <Wait icon="phone" label={t("board.calls_wait")} n={queue.waiting.voice} since={queue.longest_since.voice} level={queue.waiting.voice > 0 ? wait : "calm"} />
        <Wait icon="mail" label={t("board.letters_wait")} n={queue.waiting.email} since={queue.longest_since.email} level="calm" />
        {SHOWN.filter((medium) => !ALWAYS.includes(medium) && queue.waiting[medium] > 0).map((medium) => (
          <Wait key={medium} icon={iconOf(medium)} label={t(`board.waits.${medium}`)} n={queue.waiting[medium]} since={queue.longest_since[medium]} level={medium === "chat" ? wait : "calm"} />
        ))}
      </div>
      <dl className="tile-figures">
        <Figure label={t("board.sl", { seconds: Math.round(queue.answer_within_s) })} level={service}>{queue.service_level === null ? "–" : percent(queue.service_level)}</Figure>
        <Figure label={t("board.answered")}>{queue.answered}</Figure>
        <Figure label={t("board.abandoned")}>{queue.abandoned}</Figure>
        {queue.led_on > 0 && <Figure label={t("board.led_on")}>{queue.led_on}</Figure>}
        {queue.turned_away > 0 && <Figure label={t("board.turned_away")}>{queue.turned_away}</Figure>}
        <Figure label={t("board.ready")} level={staff}>{queue.agents_ready}<span className="faint"> / {queue.agents_ready + queue.agents_busy}</span></Figure>
      </dl>
    </article>
  );
}

function Closed({ door: { emergency, opensAt } }: { door: Extract<Door, { open: false }> }) {
  const { t, i18n } = useTranslation();
  const words = emergency ? t("board.emergency") : opensAt === null ? t("board.closed") : t("board.opens_at", { at: moment(opensAt, serverNow(), i18n.language as Language) });
  return <Pill tone={emergency ? "stop" : "mute"} icon={emergency ? "warn" : "lock"}>{words}</Pill>;
}

interface WaitProps {
  icon: IconName;
  label: string;
  n: number;
  since: number | null;
  level: Level;
}

function Wait({ icon, label, n, since, level }: WaitProps) {
  const { t } = useTranslation();
  return (
    <div className={`tile-wait ${level}`}>
      <span className="tile-n">{n}</span>
      <span>
        <span className="row small soft"><Icon name={icon} size={15} />{label}</span>
        <span className="small tile-longest">{since === null ? <span className="faint">{t("queue.none_waits")}</span> : <>{level !== "calm" && <Icon name={LEVELS[level].icon} size={14} />}{t("queue.longest")} <Timer since={since} /></>}</span>
      </span>
    </div>
  );
}

function Figure({ label, level = "calm", children }: { label: string; level?: Level; children: ReactNode }) {
  return (
    <div className={`figure ${level}`}>
      <dt>{label}</dt>
      <dd>{level !== "calm" && <Icon name={LEVELS[level].icon} size={15} />}{children}</dd>
    </div>
  );
}
