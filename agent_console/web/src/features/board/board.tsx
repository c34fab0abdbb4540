import { useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { useNow } from "../../store/clock";
import { useDesk, useDoc, useLink, useList, usePhone } from "../../store/hooks";
import { useCentre } from "../../ui/brand";
import { Banner, Bones, Empty } from "../../ui/panes";
import { ServersAway } from "../desk/servers";
import { ShortcutList, useKeyboard } from "../desk/shortcuts";
import { LinkHealth, PhoneHealth } from "../desk/status-bar";
import { UserMenu } from "../desk/user-menu";
import { SearchBox } from "../search/search-box";
import { Shell } from "../shell/shell";
import { HeldStrip } from "../writing/held-strip";
import { Questions } from "../supervision/questions";
import { SupervisionContext, useSupervision } from "../supervision/use-supervision";
import { WatchBar } from "../supervision/watch-bar";
import { AgentGrid } from "./agent-grid";
import { inTree, keepChosen, queuesOf, readChosen, within } from "./narrowed";
import { QueueTile } from "./queue-tile";
import { EndingSkills } from "./ending-skills";
import { WaitingList } from "./waiting-list";

const nothing = (): void => undefined;

/** Where supervisors and administrators are at home: the live board. */
export function Board() {
  const { t } = useTranslation();
  const [help, setHelp] = useState(false);
  const link = useLink();
  const supervision = useSupervision();
  useKeyboard(nothing, () => setHelp(true));
  const bar = (
    <>
      <BoardBar onShortcuts={() => setHelp(true)} />
      {link !== "live" && link !== "connecting" && <StaleBanner />}
      <LinkTrouble />
      <WatchBar />
    </>
  );
  return (
    <SupervisionContext.Provider value={supervision}>
      <Shell home={{ path: "/board", icon: "board", title: t("page.board"), ringing: false, busy: 0 }} bar={bar} tools={<><HeldStrip /><Questions /><ShortcutList open={help} close={() => setHelp(false)} /></>}>
        <LiveBoard />
      </Shell>
    </SupervisionContext.Provider>
  );
}

function BoardBar({ onShortcuts }: { onShortcuts: () => void }) {
  const { session } = useDesk();
  const centre = useCentre() ?? session.centre;
  const { stage } = usePhone();
  return (
    <header className="bar">
      <h1 className="bar-title clip">{centre.name}</h1>
      <span className="bar-gap" />
      <SearchBox />
      {stage !== "off" && <PhoneHealth />}
      <LinkHealth />
      <span className="bar-line" />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  );
}

/** What is not fresh is grey and says how old it is. */
function LiveBoard() {
  const { t } = useTranslation();
  const link = useLink();
  const { session } = useDesk();
  const departments = useList("departments");
  const all = useList("queues");
  const [chosen, choose] = useState(() => readChosen(session.user.id));
  const units = within(departments, chosen);
  const queues = queuesOf(all, units);
  const narrow = (department: string | null): void => {
    keepChosen(session.user.id, department);
    choose(department);
  };
  return (
    <main className="board scroll" tabIndex={0} aria-label={t("board.title")} data-fresh={link === "live" || link === "connecting"}>
      <section aria-labelledby="board-queues">
        <div className="board-head">
          <h2 className="pane-title" id="board-queues">{t("board.queues")}</h2>
          {departments.length > 0 && <DepartmentChoice chosen={units && chosen} choose={narrow} />}
        </div>
        {all.length === 0 ? <Bones /> : queues.length === 0 ? <Empty icon="building" title={t("departments.no_queues_here")} /> : (
          <div className="tiles">{[...queues].sort((a, b) => a.name.localeCompare(b.name)).map((queue) => <QueueTile key={queue.id} queue={queue} />)}</div>
        )}
      </section>
      <div className="board-lists">
        <AgentGrid units={units} />
        <WaitingList queues={queues} />
        <EndingSkills />
      </div>
    </main>
  );
}

/** Everything, or one department with all below it. */
function DepartmentChoice({ chosen, choose }: { chosen: string | null; choose: (department: string | null) => void }) {
  const { t } = useTranslation();
  const places = inTree(useList("departments"));
  return (
    <select className="input auto" value={chosen ?? ""} aria-label={t("departments.department")} onChange={(event) => choose(event.target.value || null)} data-testid="board-department">
      <option value="">{t("departments.all")}</option>
      {places.map((each) => <option key={each.id} value={each.id}>{"\u2003".repeat(each.depth) + each.name}</option>)}
    </select>
  );
}

function StaleBanner() {
  const { t } = useTranslation();
  const { feed } = useDesk();
  useNow();
  const age = duration((performance.now() - feed.lastFrameAt) / 1000);
  return <Banner tone="stop" icon="unlink" assertive><span>{t("board.stale", { age })}</span></Banner>;
}

function LinkTrouble() {
  const { t } = useTranslation();
  const asterisk = useDoc("link", "asterisk");
  const mail = useDoc("link", "mail");
  const recordings = useDoc("link", "recordings");
  return (
    <>
      {asterisk && !asterisk.up && <Banner tone="stop" icon="warn"><span>{t("board.asterisk_down")}</span></Banner>}
      <ServersAway />
      {mail && !mail.up && <Banner tone="ring" icon="warn"><span>{t("link.mail_down")}</span></Banner>}
      {recordings && !recordings.up && <Banner tone="ring" icon="warn"><span>{recordings.reason === "recordings.flagged" ? t("recording.flagged") : recordings.reason === "faxes.not_kept" ? t("fax.not_kept") : t("recording.not_kept")}</span></Banner>}
    </>
  );
}
