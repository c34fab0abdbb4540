import { createContext, useContext, useEffect, useRef, useState } from "react";
import { call, Problem, segment } from "../../net/api";
import type { PhoneCredential } from "../../net/types";
import { registered } from "../../phone/calls";
import type { Phone, PhoneCall } from "../../phone/phone";
import { serverNow } from "../../store/clock";
import { useDesk, useList, usePhone } from "../../store/hooks";
import type { Store } from "../../store/store";
import { useBusy } from "../../ui/busy";
import { complain, tell } from "../../ui/toasts";
import { keepHears, placeOf, readHears, talkOf, type Hears, type Place, type Wish } from "./watching";

// The server rings for 30 s, and says nothing when nobody answered.
const RINGS_MS = 33_000;
const PHONE_WITHIN_MS = 10_000;
const GONE_WITHIN_MS = 3_000;
const LOST_AFTER_MS = 2_000;

/** phone: this browser becomes one; failed: it did not; rings: the server has been asked, and the phone is yet to answer. */
export interface Asked extends Wish {
  by: Hears;
  stage: "phone" | "failed" | "rings";
}

/** Taken over: nobody but the supervisor has the customer, on this browser's phone. */
export interface Alone {
  name: string;
  customer: string;
  since: number;
}

/** What is asked before something is done. */
export type Question = { about: "phone"; wish: Wish | null } | { about: "over"; wish: Wish };

export interface Supervision {
  here: Place | null;
  asked: Asked | null;
  alone: Alone | null;
  question: Question | null;
  /** The call of this browser's phone that takes them there. */
  call: PhoneCall | null;
  /** They hear it on this browser, and this tab's phone is not there. */
  lost: boolean;
  busy: boolean;
  /** Be there; which phone is asked first where it is not known. */
  ask: (wish: Wish) => void;
  /** Be there with this phone from now on. */
  choose: (by: Hears, wish: Wish | null) => void;
  wonder: (question: Question | null) => void;
  /** Sure: have the customer alone, from wherever they are now. */
  takeOver: (wish: Wish) => void;
  leave: () => void;
}

/** Of whoever may be at agents' talks; null: nobody may here. */
export const SupervisionContext = createContext<Supervision | null>(null);
export const useSupervisor = (): Supervision | null => useContext(SupervisionContext);

/** What the documents tell of where one is, what was asked meanwhile, and the phone of this browser between the two. */
export function useSupervision(): Supervision {
  const { phone, session, store } = useDesk();
  const { id: me, extension } = session.user;
  const agents = useList("agents");
  const here = placeOf(agents, me);
  const own = usePhone().call;
  const mine = own?.watch ? own : null;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [alone, setAlone] = useState<Alone | null>(null);
  const [question, wonder] = useState<Question | null>(null);
  const [busy, , run] = useBusy();
  const wanted = useRef<Wish | null>(null);
  const expected = useRef(false); // they end it themselves: it need not be told

  const forget = (): void => {
    wanted.current = null;
    setAsked(null);
  };
  const failed = (error: unknown): void => {
    forget();
    complain(error);
  };
  const begin = async (wish: Wish, by: Hears): Promise<void> => {
    if (extension === null) throw new Problem("watch.no_extension", 409);
    wanted.current = wish;
    const stale = here !== null && by === "browser" && !phone.state.call?.watch; // a reload has taken its phone away
    if (stale || here?.item.id !== wish.interaction) setAsked({ ...wish, by, stage: by === "browser" ? "phone" : "rings" });
    if (stale) await gone(store, me);
    if (by === "browser") {
      const there = await becomePhone(phone);
      if (wanted.current !== wish) return; // taken back meanwhile
      if (!there) return setAsked({ ...wish, by, stage: "failed" });
      setAsked((now) => now && { ...now, stage: "rings" });
    }
    await call("POST", `/interactions/${segment(wish.interaction)}/watch`, { mode: wish.mode });
  };
  const choose = (by: Hears, wish: Wish | null): void => {
    keepHears(me, by);
    wonder(null);
    if (by === "desk" && !phone.state.call) phone.stop(); // or both would ring
    if (wish) run(() => begin(wish, by).catch(failed));
  };
  const ask = (wish: Wish): void => {
    const by = readHears(me);
    if (by === null && extension !== null) wonder({ about: "phone", wish });
    else run(() => begin(wish, by ?? "desk").catch(failed));
  };
  const takeNow = async ({ interaction, name, customer }: Wish): Promise<void> => {
    expected.current = true;
    try {
      await call("POST", `/interactions/${segment(interaction)}/takeover`);
      if (phone.state.call?.watch) setAlone({ name, customer, since: serverNow() });
      else tell("watch.taken", { name });
    } catch (error) {
      expected.current = false;
      throw error;
    }
  };
  const takeOver = (wish: Wish): void => {
    wonder(null);
    if (here?.item.id === wish.interaction) run(() => takeNow(wish).catch(complain));
    else ask({ ...wish, over: true });
  };
  const leave = (): void => {
    expected.current = true;
    forget();
    if (alone) phone.hangUp(); // it is the customer's call now, which the server ends with nobody's wish
    else call("DELETE", "/me/watch").catch(complain);
  };

  useEnd(here, expected); // before what follows from an arrival: a taking over is expected
  useArrival(here, asked, (wish) => {
    forget();
    if (wish.over) takeNow(wish).catch(complain);
  });
  useVain(asked, () => {
    forget();
    tell("watch.not_answered");
    call("DELETE", "/me/watch").catch(complain);
  });
  const there = asked && agents.find(({ id }) => id === asked.agent);
  const over = asked !== null && (!there || talkOf(there)?.id !== asked.interaction);
  useEffect(() => {
    if (!over || !asked) return;
    tell("watch.over", { name: asked.name });
    forget();
    call("DELETE", "/me/watch").catch(complain);
  }, [over]);
  useCallEnd(mine, () => {
    setAlone(null);
    setAsked((now) => (now?.by === "browser" && now.stage === "rings" ? null : now));
  });
  useMicrophone(phone, mine, alone === null && (here?.watcher.mode ?? asked?.mode ?? "listen") === "listen");
  useStay(alone !== null);
  const lost = useLasting(here !== null && !mine && !asked && readHears(me) === "browser", LOST_AFTER_MS);
  return { here, asked, alone, question, call: mine, lost, busy, ask, choose, wonder, takeOver, leave };
}

/** Have this browser ring. False: it cannot, and the phone's state says why. */
async function becomePhone(phone: Phone): Promise<boolean> {
  await phone.unlock();
  if (phone.state.stage === "registered") return true;
  await phone.claim(true);
  try {
    await phone.start(await call<PhoneCredential>("POST", "/me/phone"));
  } catch (error) {
    phone.stop();
    throw error;
  }
  return registered(phone, PHONE_WITHIN_MS);
}

/** Leave, and wait until it is so. */
async function gone(store: Store, me: string): Promise<void> {
  await call("DELETE", "/me/watch");
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(late);
      resolve();
    };
    const stop = store.subscribe("agents", null, () => placeOf(store.list("agents"), me) || done());
    const late = setTimeout(done, GONE_WITHIN_MS);
    if (!placeOf(store.list("agents"), me)) done();
  });
}

/** They are where they wanted to be. */
function useArrival(here: Place | null, asked: Asked | null, arrived: (wish: Wish) => void): void {
  const is = asked !== null && asked.stage === "rings" && here?.item.id === asked.interaction;
  useEffect(() => {
    if (is) arrived(asked);
  }, [is]);
}

function useVain(asked: Asked | null, vain: () => void): void {
  const rings = asked?.stage === "rings" ? asked.interaction : null;
  useEffect(() => {
    if (rings === null) return;
    const timer = setTimeout(vain, RINGS_MS);
    return () => clearTimeout(timer);
  }, [rings]);
}

/** The talk is over, or goes on without them: it is told, unless they have left. */
function useEnd(here: Place | null, expected: { current: boolean }): void {
  const before = useRef<Place | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = here;
    if (was && !here && !expected.current) tell("watch.over", { name: was.agent.name });
    if (here && was?.item.id !== here.item.id) expected.current = false;
  });
}

function useCallEnd(mine: PhoneCall | null, ended: () => void): void {
  const there = mine !== null;
  const before = useRef(false);
  useEffect(() => {
    if (before.current && !there) ended();
    before.current = there;
  }, [there]);
}

/** Closed while they only listen, open as soon as somebody is to hear them. */
function useMicrophone(phone: Phone, mine: PhoneCall | null, closed: boolean): void {
  const talks = mine?.state === "talking";
  useEffect(() => {
    if (talks) phone.mute(closed);
  }, [phone, talks, closed]);
}

/** A customer is on this page's phone: the browser asks before it goes. */
function useStay(stay: boolean): void {
  useEffect(() => {
    if (!stay) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [stay]);
}

/** Whether something has been so for a while. */
function useLasting(is: boolean, afterMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!is) return setLasts(false);
    const timer = setTimeout(() => setLasts(true), afterMs);
    return () => clearTimeout(timer);
  }, [is, afterMs]);
  return is && lasts;
}
