import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { useNow } from "../../store/clock";
import { useDesk, useDoc, useLink, useList } from "../../store/hooks";
import { Mark } from "../../ui/mark";
import { Banner, Bones } from "../../ui/panes";
import { useKeyboard } from "../desk/shortcuts";
import { LinkHealth } from "../desk/status-bar";
import { UserMenu } from "../desk/user-menu";
import { SearchBox } from "../search/search-box";
import { SlaPage } from "../sla/sla-page";
import { AgentGrid } from "./agent-grid";
import { QueueTile } from "./queue-tile";
import { WaitingList } from "./waiting-list";

const PeoplePage = lazy(() => import("../people/people-page"));

const PLACES = ["/board", "/sla", "/people"] as const;
type Place = (typeof PLACES)[number];

const nothing = (): void => undefined;

/** The supervisor's rooms: the live board, and what is promised to customers. */
export function Board() {
  const { t } = useTranslation();
  const { session } = useDesk();
  const link = useLink();
  const [place, setPlace] = useState<Place>(PLACES.find((each) => each === window.location.pathname) ?? "/board");
  const administrator = session.user.role === "admin";
  const go = (to: Place): void => {
    window.history.replaceState(null, "", to);
    setPlace(to);
  };
  useKeyboard(nothing, nothing);
  return (
    <div className="board-page">
      <header className="bar">
        <Mark word={false} size={26} />
        <h1 className="bar-title">{session.centre.name}</h1>
        <nav className="bar-rooms" aria-label={t("board.rooms")}>
          <Room to="/board" at={place} go={go} words={t("board.title")} />
          <Room to="/sla" at={place} go={go} words={t("sla.title")} />
          {administrator && <Room to="/people" at={place} go={go} words={t("people.title")} />}
        </nav>
        <span className="bar-gap" />
        <SearchBox />
        <LinkHealth />
        <span className="bar-line" />
        <UserMenu {...(administrator ? { onPeople: () => go("/people") } : {})} />
      </header>
      {link !== "live" && link !== "connecting" && <StaleBanner />}
      <LinkTrouble />
      {place === "/sla" ? <SlaPage /> : place === "/people" && administrator ? <Suspense fallback={<main className="people"><Bones /></main>}><PeoplePage /></Suspense> : <LiveBoard />}
    </div>
  );
}

function Room({ to, at, go, words }: { to: Place; at: Place; go: (to: Place) => void; words: string }) {
  return <button type="button" className="bar-room" aria-current={to === at ? "page" : undefined} onClick={() => go(to)} data-testid={`room-${to.slice(1)}`}>{words}</button>;
}

/** What is not fresh is grey and says how old it is. */
function LiveBoard() {
  const { t } = useTranslation();
  const link = useLink();
  const queues = useList("queues");
  return (
    <main className="board scroll" tabIndex={0} aria-label={t("board.title")} data-fresh={link === "live" || link === "connecting"}>
      <section aria-labelledby="board-queues">
        <h2 className="pane-title" id="board-queues">{t("board.queues")}</h2>
        {queues.length === 0 ? <Bones /> : (
          <div className="tiles">{[...queues].sort((a, b) => a.name.localeCompare(b.name)).map((queue) => <QueueTile key={queue.id} queue={queue} />)}</div>
        )}
      </section>
      <div className="board-lists">
        <AgentGrid />
        <WaitingList />
      </div>
    </main>
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
  return (
    <>
      {asterisk && !asterisk.up && <Banner tone="stop" icon="warn"><span>{t("board.asterisk_down")}</span></Banner>}
      {mail && !mail.up && <Banner tone="ring" icon="warn"><span>{t("link.mail_down")}</span></Banner>}
    </>
  );
}
