import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, Problem } from "../../net/api";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Pill } from "../../ui/panes";
import { partyAddress, type Alike, type PartyBrief } from "./types";

const PAUSE_MS = 350;
const NUMBERS = new Set(["phone", "sms", "fax"]);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Who may be the same as somebody whose fields these are; asked again when the typing rests; null before the first answer. It warns, and holds nobody up. */
export function useAlike(values: Record<string, unknown>, without = ""): Alike[] | null {
  const [found, setFound] = useState<Alike[] | null>(null);
  const whole = [text(values["family_name"]), text(values["given_name"])].join("");
  const raw = text(values["raw"]);
  const asked = JSON.stringify({
    kind: values["kind"] === "organisation" ? "organisation" : "person",
    name: text(values["name"]) || whole,
    organisation_id: text(values["organisation_id"]) || null,
    birth_date: text(values["birth_date"]) || null,
    numbers: [text(values["registration_number"]), text(values["membership_number"])].filter(Boolean),
    phones: raw && NUMBERS.has(text(values["kind"])) ? [raw] : [],
    emails: raw && values["kind"] === "email" ? [raw] : [],
    without: without || text(values["party_id"]),
  });
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      call<{ items: Alike[] }>("POST", "/parties/duplicates", JSON.parse(asked)).then(
        ({ items }) => current && setFound(items),
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error; // no warning is better than an alarm about the warning
        },
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return found;
}

/** In the form of a new customer, and of a number that is added to one. */
export function AlikeWarning({ values }: { values: Record<string, unknown> }) {
  const { t } = useTranslation();
  const found = useAlike(values);
  if (!found || found.length === 0) return null;
  return (
    <aside className="alike" role="status" aria-label={t("customers.maybe_same")} data-testid="alike">
      <p className="row"><Icon name="warn" size={16} /><span className="strong">{t("customers.maybe_same")}</span></p>
      <AlikeList found={found} act={undefined} />
    </aside>
  );
}

export function AlikeList({ found, act }: { found: Alike[]; act: ((party: PartyBrief) => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <ul className="lines airy">
      {found.map(({ party, score, reasons }) => (
        <li key={party.id} className="line" data-testid="alike-row">
          <span className="pair-score num" title={t("customers.score")}>{score}</span>
          <span className="grow line-two">
            <Link to={partyAddress(party.id)} className="strong clip" dir="auto">{party.name}</Link>
            <span className="tiny faint clip">{[party.title, party.organisation, party.phone && phoneNumber(party.phone), party.email].filter(Boolean).join(" · ")}</span>
          </span>
          {Object.keys(reasons).map((rule) => <Pill key={rule} tone="ring">{t(`customers.why_${rule}`)}</Pill>)}
          {act && <Button small icon="users" onPress={() => act(party)}>{t("customers.merge")}</Button>}
        </li>
      ))}
    </ul>
  );
}
