import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Login } from "./features/login/login";
import { Shift } from "./features/shift/shift";
import { switchLanguage } from "./i18n";
import { applyLook } from "./look";
import { call, Problem } from "./net/api";
import type { Due, Session, User } from "./net/types";
import { openDesk } from "./desk";
import { DeskContext, type Desk } from "./store/hooks";
import { setCentre } from "./ui/brand";
import { attempt, Toasts } from "./ui/toasts";
import { Failure } from "./ui/panes";

const Board = lazy(() => import("./features/board/board").then((m) => ({ default: m.Board })));
const DuePage = lazy(() => import("./features/account/due"));

type Gate = { at: "asking" } | { at: "login"; ended: boolean } | { at: "due"; due: Due } | { at: "broken"; problem: Problem } | { at: "desk"; desk: Desk };

export function App() {
  const { i18n } = useTranslation();
  const [gate, setGate] = useState<Gate>({ at: "asking" });
  const enter = useCallback(async () => {
    try {
      const session = await call<Session>("GET", "/me");
      await wear(session.user);
      setCentre(session.centre);
      if (session.due) setGate({ at: "due", due: session.due });
      else setGate({ at: "desk", desk: openDesk(session, (ended) => setGate({ at: "login", ended })) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setGate(error.status === 401 ? { at: "login", ended: false } : { at: "broken", problem: error });
    }
  }, []);
  useEffect(() => void enter(), [enter]);
  const leave = useCallback(() => attempt(call("POST", "/logout").finally(() => setGate({ at: "login", ended: false }))), []);
  return (
    <I18nProvider locale={i18n.language === "en" ? "en-US" : i18n.language}>
      <Room gate={gate} enter={enter} leave={leave} />
      <Toasts />
    </I18nProvider>
  );
}

async function wear(user: User): Promise<void> {
  applyLook(user);
  await switchLanguage(user.language);
}

function Room({ gate, enter, leave }: { gate: Gate; enter: () => Promise<void>; leave: () => void }) {
  switch (gate.at) {
    case "asking":
      return null;
    case "login":
      return <Login ended={gate.ended} entered={enter} />;
    case "due":
      return <Suspense><DuePage key={gate.due} due={gate.due} entered={() => void enter()} leave={leave} /></Suspense>;
    case "broken":
      return <Failure problem={gate.problem} retry={() => void enter()} />;
    case "desk":
      return (
        <DeskContext.Provider value={gate.desk}>
          {gate.desk.session.user.role === "agent" ? <Shift /> : <Suspense><Board /></Suspense>}
        </DeskContext.Provider>
      );
  }
}
