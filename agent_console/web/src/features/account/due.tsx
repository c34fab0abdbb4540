import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Due } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Mark } from "../../ui/mark";
import { Bones, Failure } from "../../ui/panes";
import { FactorPart } from "./factor";
import { PasswordForm } from "./password-form";
import type { SignIn } from "./types";

/** What must be done before anything else. `entered` looks again, `leave` signs out. */
export default function DuePage({ due, entered, leave }: { due: Due; entered: () => void; leave: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="login">
      <main className="login-card due" data-testid={`due-${due}`}>
        <Mark />
        <h1>{t(`account.due_${due}`)}</h1>
        <p className="soft">{t(`account.due_${due}_text`)}</p>
        {due === "password" ? <PasswordForm done={entered} autoFocus /> : <DueFactor entered={entered} />}
        <Button look="quiet" small icon="off" onPress={leave} data-testid="due-leave">{t("menu.sign_out")}</Button>
      </main>
    </div>
  );
}

function DueFactor({ entered }: { entered: () => void }) {
  const { data, problem, again } = useResource("sign-in", () => call<SignIn>("GET", "/me/sign-in"));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return <FactorPart signIn={data} done={entered} />;
}
