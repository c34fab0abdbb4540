import { switchLanguage } from "./i18n";
import { applyLook } from "./look";
import { placeOf } from "./features/supervision/watching";
import { askEntities, forgetEntities } from "./features/records/entities";
import { call } from "./net/api";
import { Feed } from "./net/feed";
import type { Session, User } from "./net/types";
import { PAGES } from "./pages";
import { Phone } from "./phone/phone";
import { afterTalk } from "./phone/calls";
import { go, match, setHome } from "./route";
import { setServerClock } from "./store/clock";
import type { Desk } from "./store/hooks";
import { Store } from "./store/store";
import { tell } from "./ui/toasts";

declare global {
  interface Window {
    /** Read-only, for end-to-end tests and for support. */
    trunkline?: Readonly<{
      readonly phone: Phone["state"];
      readonly link: Feed["state"];
      getStats: () => Promise<Record<string, unknown>[]>;
    }>;
  }
}

/** Build what a signed-in person needs: store, feed, phone. `left` is called when the session is over. */
export function openDesk(session: Session, left: (ended: boolean) => void): Desk {
  const store = new Store();
  const board = session.user.role !== "agent";
  const feed = new Feed(store, board ? "board" : "agent", setServerClock);
  const phone = new Phone();
  const home = board ? "/board" : "/";
  const who = { role: session.user.role, entities: null };
  if (!PAGES.some((page) => page.for(who) && match(page.path, window.location.pathname))) void go(home, { replace: true, force: true });
  setHome(home);
  void askEntities();
  const leave = (ended: boolean): void => {
    phone.stop();
    feed.close();
    forgetEntities();
    delete window.trunkline;
    left(ended);
  };
  feed.subscribe(() => {
    if (feed.state === "ended" || feed.state === "forbidden") void afterTalk(phone).then(() => leave(true));
  });
  expose(phone, feed);
  feed.open();
  const desk: Desk = {
    store,
    feed,
    phone,
    session,
    changeUser: async (change) => {
      Object.assign(session.user, change);
      applyLook(session.user);
      await switchLanguage(session.user.language);
      await call<{ user: User }>("PATCH", "/me", change);
    },
    signOut: async () => {
      if (!board) await call("DELETE", "/me/shift");
      else if (placeOf(store.list("agents"), session.user.id)) await call("DELETE", "/me/watch");
      if (phone.state.call) tell("menu.sign_out_later");
      await afterTalk(phone);
      await call("POST", "/logout");
      leave(false);
    },
  };
  return desk;
}

function expose(phone: Phone, feed: Feed): void {
  window.trunkline = Object.freeze({
    get phone() {
      return phone.state;
    },
    get link() {
      return feed.state;
    },
    getStats: () => phone.getStats(),
  });
}
