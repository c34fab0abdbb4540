import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import type { AgentDoc, Device } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { useList } from "../../store/hooks";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { recordOf } from "../callrecord/address";
import { Empty, Pill } from "../../ui/panes";
import { Timer } from "../../ui/ring";
import { shown, type Shown } from "../desk/states";
import { initials } from "../desk/user-menu";
import { useSupervisor } from "../supervision/use-supervision";
import { WatchMenu } from "../supervision/watch-menu";
import { WatcherMarks } from "../supervision/watchers";
import { iconOf } from "../desk/items";
import { CallbackMark } from "./callback-mark";
import { agentsOf } from "./narrowed";
import { LONG_S } from "./thresholds";

const HOLD_LONG_S = 60;
const RANK: Record<AgentDoc["work"], number> = { offered: 0, talking: 1, wrap_up: 2, chats: 3, letters: 4, idle: 5 };

/** Who works first, then who could, then who is away; names in order within. */
function inOrder(agents: readonly AgentDoc[]): AgentDoc[] {
  const rank = (agent: AgentDoc): number => (agent.work !== "idle" ? RANK[agent.work] : agent.status === "ready" ? 4 : agent.status === "paused" ? 5 : 6);
  return [...agents].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export function AgentGrid({ units }: { units: ReadonlySet<string> | null }) {
  const { t } = useTranslation();
  const agents = agentsOf(useList("agents"), units);
  const watches = useSupervisor() !== null;
  return (
    <section className="panel" aria-labelledby="board-agents">
      <h2 className="pane-title" id="board-agents">{t("board.agents")}</h2>
      {agents.length === 0 ? <Empty icon="users" title={t(units ? "departments.no_agents_here" : "board.no_agents")} /> : (
        <table className="grid">
          <thead>
            <tr><th>{t("board.agent")}</th><th>{t("board.state")}</th><th className="end">{t("board.time")}</th><th>{t("board.item")}</th><th>{t("board.phone")}</th><th className="end">{t("board.handled")}</th>{watches && <th className="watch-column"><span className="vh">{t("watch.column")}</span></th>}</tr>
          </thead>
          <tbody>{inOrder(agents).map((agent) => <Row key={agent.id} agent={agent} watches={watches} />)}</tbody>
        </table>
      )}
    </section>
  );
}

const DEVICE: Record<Device, IconName> = { reachable: "check", in_use: "phone", unreachable: "unlink" };

function Row({ agent, watches }: { agent: AgentDoc; watches: boolean }) {
  const { t } = useTranslation();
  useNow();
  const held = agent.work === "talking" ? (agent.item?.held_since ?? null) : null;
  const three = agent.work === "talking" ? agent.conference : null;
  const talk: Shown = three ? { key: "state.conference", tone: "talk", icon: "users", since: three.since } : shown(agent);
  const state: Shown = held === null ? talk : { key: "state.held", tone: "ring", icon: "pause", since: held };
  const long = serverNow() - state.since > (held === null ? LONG_S[agent.work] : HOLD_LONG_S);
  const away = agent.status === "signed_out" && agent.work === "idle";
  return (
    <tr className={away ? "away" : ""} data-testid={`board-agent-${agent.id}`} data-status={agent.status} data-work={agent.work} data-held={held !== null}>
      <td><span className="row"><span className="avatar small" aria-hidden="true" data-initials={initials(agent.name)} /><span className="strong clip">{agent.name}</span></span></td>
      <td><Pill tone={state.tone} icon={state.icon}>{t(state.key)}</Pill></td>
      <td className={`end num${long ? " long" : ""}`}>{long && <><Icon name="clock" size={14} /><span className="vh">{t("board.long")}</span></>}{away ? "–" : <Timer since={state.since} />}</td>
      <td>{agent.item && <span className="row"><Icon name={iconOf(agent.item.medium)} size={15} />{agent.item.callback && <CallbackMark id={agent.item.id} />}<Link to={recordOf(agent.item.id)} className="clip plain-link" title={t("callrecord.open")}>{phoneNumber(agent.item.customer) || t(agent.item.medium === "voice" ? "item.withheld" : "item.unnamed")}</Link><span className="faint tiny clip">{agent.item.queue}</span></span>}{three && <span className="row small soft"><Icon name="users" size={15} /><span className="clip" dir="auto">{t("conference.board", { name: phoneNumber(three.whom) })}</span></span>}</td>
      <td><span className="row small soft">{agent.extension === null ? "–" : <><Icon name={DEVICE[agent.device]} size={15} /><span className="num">{agent.extension}</span><span className="faint">{t(`device.${agent.device}`)}</span></>}</span></td>
      <td className="end num">{agent.handled}</td>
      {watches && <td className="end"><span className="watch-cell"><WatcherMarks watchers={agent.item?.watchers ?? []} /><WatchMenu agent={agent} /></span></td>}
    </tr>
  );
}
