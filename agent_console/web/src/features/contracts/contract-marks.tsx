/** A contract's limits for whoever is about to speak: colour, icon and words. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ContractDoc, Item, Language, LimitDoc } from "../../net/types";
import type { IconName } from "../../ui/icon";
import { Icon } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";
import { fieldOf, useEntity } from "../records/entities";
import { day } from "../records/values";
import { filled, limited, standing, toldOf, type Standing } from "./limit";

const LOOKS: Record<Standing, { tone: Tone; icon: IconName }> = {
  over: { tone: "stop", icon: "warn" },
  low: { tone: "ring", icon: "bell" },
  fine: { tone: "go", icon: "check" },
};
const STATES: Record<ContractDoc["state"], { tone: Tone; icon: IconName }> = {
  draft: { tone: "mute", icon: "pen" },
  upcoming: { tone: "mute", icon: "calendar" },
  active: { tone: "go", icon: "check" },
  renewal_due: { tone: "ring", icon: "calendar" },
  expired: { tone: "stop", icon: "clock" },
  cancelled: { tone: "mute", icon: "cross" },
};

function left(t: TFunction, contract: ContractDoc): string {
  if (contract.over === "calls") return contract.over_by > 0 ? t("contracts.over_calls", { count: contract.over_by }) : t("contracts.no_calls");
  if (contract.over === "minutes") return t("contracts.no_minutes");
  const parts = [contract.calls && t("contracts.calls_left", { count: contract.calls.left }), contract.minutes && t("contracts.minutes_left", { count: contract.minutes.left })];
  return parts.filter(Boolean).join(" · ");
}

/** What is left, in one pill; nothing for a contract without limits. */
export function LimitMark({ contract }: { contract: ContractDoc }) {
  const { t } = useTranslation();
  if (!limited(contract)) return null;
  const look = standing(contract);
  return <span data-testid="limit-mark" data-standing={look}><Pill tone={LOOKS[look].tone} icon={LOOKS[look].icon}>{left(t, contract)}</Pill></span>;
}

/** The levels that are offered. */
export function useLevels(): { code: string; name: string }[] {
  const { i18n } = useTranslation();
  const entity = useEntity("service_contract");
  const words = (entity && fieldOf(entity, "level")?.choices) ?? [];
  return words.filter((each) => !each.retired).map((each) => ({ code: each.code, name: each.label[i18n.language as Language] }));
}

/** The word of a level on the list that administrators keep. */
export function useLevel(): (code: string | null) => string {
  const { i18n } = useTranslation();
  const entity = useEntity("service_contract");
  return (code) => (code && entity ? fieldOf(entity, "level")?.choices.find((each) => each.code === code)?.label[i18n.language as Language] : undefined) ?? code ?? "";
}

export function StateMark({ state }: { state: ContractDoc["state"] }) {
  const { t } = useTranslation();
  return <Pill tone={STATES[state].tone} icon={STATES[state].icon}>{t(`contracts.state_${state}`)}</Pill>;
}

/** Before the answer: the contract of this call, what is left of it, and what the caller has just been told. */
export function ContractLine({ item }: { item: Item }) {
  const { t, i18n } = useTranslation();
  const level = useLevel();
  const contract = item.contract;
  if (!contract) return null;
  const look = standing(contract);
  const told = contract.told === null ? null : toldOf(contract.told);
  return (
    <section className={`contract-line ${limited(contract) ? look : "fine"}`} aria-label={t("contracts.title")} data-testid="contract-line" data-over={contract.over ?? ""}>
      <Icon name={look === "over" ? "warn" : "shield"} size={20} />
      <div className="grow">
        <p className="row wrap"><span className="strong num">{contract.number}</span>{contract.level && <span className="soft">{level(contract.level)}</span>}<span className="faint small">{t("contracts.until", { day: day(contract.ends_on, i18n.language as Language) })}</span>{contract.state === "renewal_due" && <StateMark state="renewal_due" />}</p>
        {contract.over && <p className="small">{t(`contracts.when_${contract.when_over}`)}</p>}
        {told && <p className="small soft" data-testid="contract-told">{t(told.key, { count: told.count })}</p>}
      </div>
      <LimitMark contract={contract} />
    </section>
  );
}

/** Used of included, as a bar with words. */
export function Meter({ limit, unit }: { limit: LimitDoc; unit: "calls" | "minutes" }) {
  const { t } = useTranslation();
  const over = limit.used > limit.max;
  return (
    <div className="meter">
      <p className="row small"><span className="grow">{t(`contracts.${unit}`)}</span><span className="num">{t("contracts.used_of", { used: limit.used, max: limit.max })}</span></p>
      <div className={`meter-bar${over ? " over" : limit.left === 0 ? " full" : ""}`} aria-hidden="true"><span style={{ width: `${filled(limit) * 100}%` }} /></div>
      <p className="tiny faint">{over ? t("contracts.over_by", { count: limit.used - limit.max }) : t(`contracts.${unit}_left`, { count: limit.left })}</p>
    </div>
  );
}
