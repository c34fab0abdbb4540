import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Pill, Wrong } from "../../ui/panes";
import { momentText } from "../records/values";
import type { ApprovalDoc } from "./types";

const LOOKS = { approved: { tone: "go", icon: "check" }, rejected: { tone: "stop", icon: "cross" }, waiting: { tone: "ring", icon: "clock" }, later: { tone: "mute", icon: "pause" }, withdrawn: { tone: "mute", icon: "cross" } } as const;

/** The latest round of sign-off in its order; whose turn it is decides here. */
export function Approvals({ items, changed }: { items: readonly ApprovalDoc[]; changed: () => void }) {
  const { t, i18n } = useTranslation();
  const round = items.filter(({ request_id }) => request_id === items[0]?.request_id);
  if (round.length === 0) return null;
  return (
    <section aria-label={t("casework.approval")}>
      <h2 className="label">{t("casework.approval")}</h2>
      <ol className="approvals">
        {round.map((each) => {
          const look = each.decision ?? (each.turn ? "waiting" : "later");
          return (
            <li key={each.id}>
              <p className="row"><Pill {...LOOKS[look]}>{t(`casework.approval_${look}`)}</Pill><span className="grow">{each.kind === "role" ? t(`role.${each.who}`) : each.who}</span>{each.decided_at !== null && <span className="tiny faint num">{momentText(each.decided_at, i18n.language as Language)}</span>}</p>
              {each.note && <p className="small soft" dir="auto">{each.note}</p>}
              {each.mine && <Decide approval={each} changed={changed} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

export function Decide({ approval, changed }: { approval: ApprovalDoc; changed: () => void }) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const [busy, problem, run] = useBusy();
  const decide = (decision: "approved" | "rejected"): void => run(() => call("POST", `/approvals/${segment(approval.id)}`, { decision, note }).then(changed));
  return (
    <div className="row wrap decide">
      <input className="input grow" value={note} placeholder={t("casework.note")} aria-label={t("casework.note")} onChange={(event) => setNote(event.target.value)} />
      <Button small look="go" icon="check" isDisabled={busy} onPress={() => decide("approved")} data-testid="approve">{t("casework.approve")}</Button>
      <Button small look="stop" icon="cross" isDisabled={busy} onPress={() => decide("rejected")} data-testid="reject">{t("casework.reject")}</Button>
      <Wrong problem={problem} />
    </div>
  );
}
