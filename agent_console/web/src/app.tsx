import { useCallback, useEffect, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Board } from "./features/board/board";
import { Login } from "./features/login/login";
import { Shift } from "./features/shift/shift";
import { switchLanguage } from "./i18n";
import { applyLook } from "./look";
import { call, Problem } from "./net/api";
import type { Session, User } from "./net/types";
import { openDesk } from "./desk";
import { DeskContext, type Desk } from "./store/hooks";
import { Toasts } from "./ui/toasts";
import { Failure } from "./ui/panes";

type Gate = { at: "asking" } | { at: "login"; ended: boolean } | { at: "broken"; problem: Problem } | { at: "desk"; desk: Desk };

export function App() {
  const { i18n } = useTranslation();
  const [gate, setGate] = useState<Gate>({ at: "asking" });
  const enter = useCallback(async () => {
    try {
      const session = await call<Session>("GET", "/me");
      await wear(session.user);
      setGate({ at: "desk", desk: openDesk(session, (ended) => setGate({ at: "login", ended })) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setGate(error.status === 401 ? { at: "login", ended: false } : { at: "broken", problem: error });
    }
  }, []);
  useEffect(() => void enter(), [enter]);
  return (
    <I18nProvider locale={i18n.language === "en" ? "en-US" : i18n.language}>
      <Room gate={gate} enter={enter} />
      <Toasts />
    </I18nProvider>
  );
}

async function wear(user: User): Promise<void> {
  applyLook(user);
  await switchLanguage(user.language);
}

function Room({ gate, enter }: { gate: Gate; enter: () => Promise<void> }) {
  switch (gate.at) {
    case "asking":
      return null;
    case "login":
      return <Login ended={gate.ended} entered={enter} />;
    case "broken":
      return <Failure problem={gate.problem} retry={() => void enter()} />;
    case "desk":
      return (
        <DeskContext.Provider value={gate.desk}>
          {gate.desk.session.user.role === "agent" ? <Shift /> : <Board />}
        </DeskContext.Provider>
      );
  }
}
