/** How a caller came in, for whoever talks with them or reads of it later. */
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../../i18n";
import type { Visit } from "../../net/types";
import { Icon, type IconName } from "../../ui/icon";
import { Pill } from "../../ui/panes";

const ENDS: Record<string, { tone: "go" | "mute" | "stop"; icon: IconName }> = { left: { tone: "mute", icon: "hangup" }, failed: { tone: "stop", icon: "warn" } };
/** Steps that say nothing of the caller. */
const SILENT = new Set(["say", "queue", "voicemail", "fax", "hangup"]);

const languageName = (code: string): string => LANGUAGES.find((each) => each.code === code)?.name ?? code;

/** The flow, what was chosen in it, the language, and what was keyed; on one or two lines. */
export function CameBy({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const ended = ENDS[visit.outcome];
  const told = visit.path.filter(({ kind, keys, outcome }) => !SILENT.has(kind) && outcome !== "collected" && (keys.length > 0 || outcome !== "")); // what was collected stands below with its name
  const collected = Object.entries(visit.collected);
  return (
    <section className="came-by" aria-label={t("visit.title")} data-testid="came-by">
      <p className="row wrap small">
        <Icon name="branch" size={16} />
        <span className="strong" dir="auto">{visit.flow}</span>
        <Pill tone="mute" icon="globe">{languageName(visit.language)}</Pill>
        {told.map(({ step, kind, keys, outcome, label, choice }, place) => (
          <span key={`${step}${place}`} className="came-step"><span className="soft" dir="auto">{label || t(`visit.kind.${kind}`)}</span> <span className={choice ? "strong" : "num"} dir="auto">{choice ? choice : kind === "menu" || kind === "collect" ? (keys.at(-1) ?? t("visit.silent")) : kind === "language" ? languageName(outcome) : t(`flows.outcome.${outcome}`, { defaultValue: outcome })}</span></span>
        ))}
        {ended && <Pill tone={ended.tone} icon={ended.icon}>{t(`visit.${visit.outcome}`)}</Pill>}
      </p>
      {collected.length > 0 && <dl className="came-keyed small">{collected.map(([name, value]) => <div key={name}><dt className="soft">{name.replaceAll("_", " ")}</dt><dd className="num strong">{value}</dd></div>)}</dl>}
    </section>
  );
}
