import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, Recording } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Failure } from "../../ui/panes";
import { Player } from "./player";

/** The recorded talks of a call, below `title`; nothing where there are none. */
export function Recordings({ interaction, around }: { interaction: string; around: (talks: ReactNode) => ReactNode }) {
  const path = `/interactions/${segment(interaction)}/recordings`;
  const { data, problem, again } = useResource(path, () => call<{ items: Recording[] }>("GET", path));
  if (problem && !data) return <>{around(<Failure problem={problem} retry={again} />)}</>;
  if (!data || data.items.length === 0) return null;
  return <>{around(<ul className="recordings" data-testid="recordings">{data.items.map((each) => <Talk key={each.id} recording={each} />)}</ul>)}</>;
}

/** One; `heard` is told at which second of it the player is. */
export function Talk({ recording, heard }: { recording: Recording; heard?: ((seconds: number) => void) | undefined }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <li className="recording" data-testid="recording" data-state={recording.state}>
      <p className="small"><span>{recording.peaks?.agent.length === 0 ? t("message.left") : t("recording.with", { agent: recording.agent ?? "–" })}</span> <span className="faint num">{moment(recording.started_at, now, i18n.language as Language)}</span></p>
      {recording.state !== "kept" && <p className="recording-wrong small"><Icon name="warn" size={16} /><span>{t(`recording.state_${recording.state}`)}</span></p>}
      {recording.may_listen && <Player recording={recording} heard={heard} />}
      {recording.audible && !recording.may_listen && <p className="small soft">{t("recording.not_allowed")}</p>}
    </li>
  );
}
