import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Letter } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Wrong } from "../../ui/panes";

interface Way {
  state: string;
  error: string;
  parts: number;
  due_at: number;
}

/** Why a text message of ours did not go out, and a way to send it once more. */
export function TextWay({ letter }: { letter: Letter }) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const [busy, problem, run] = useBusy();
  const address = `/text-messages/${segment(letter.id)}`;
  const { data, again } = useResource(address, () => call<Way>("GET", address), letter.delivery ?? "");
  if (!data || data.state !== "failed") return null;
  const code = data.error.replaceAll(".", "_");
  const why = /^[a-z_.]+$/.test(data.error) ? t(`texts.why_${code}`, { defaultValue: data.error }) : data.error;
  return (
    <div className="text-way" data-testid="text-way">
      <p className="small wrong" dir="auto">{t("texts.failed", { why })}</p>
      {session.user?.role === "agent" && <Button small icon="redo" isDisabled={busy} onPress={() => run(() => call("POST", `${address}/again`).then(again))} data-testid="text-again">{t("texts.again")}</Button>}
      <Wrong problem={problem} />
    </div>
  );
}
