import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { clockThere, differences, refusal, timesWords, type Contact } from "./wishes";

const ASK_AGAIN_S = 300;

/** Whether they may be contacted so now: asked again every few minutes, and when the next good time begins. */
function useContact(party: string, medium: string, purpose: string, version = ""): Contact | null {
  const now = useNow();
  const address = `/parties/${segment(party)}/contact?medium=${medium}&purpose=${purpose}`;
  const { data } = useResource(address, () => call<Contact>("GET", address), `${version} ${Math.floor(now / ASK_AGAIN_S)}`);
  return data;
}

interface Asked {
  party: string;
  medium: "phone" | "email";
  version?: string;
}

/** How this customer likes to be reached, and whether now is a good time by their clock. */
export function Wishes({ party, medium, version }: Asked) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const contact = useContact(party, medium, "service", version);
  if (!contact) return null;
  const words = [
    contact.channel && t(`channel.${contact.channel}`, { defaultValue: contact.channel }),
    contact.language && t(`language.${contact.language}`, { defaultValue: contact.language }),
    timesWords(contact.times, language),
  ].filter(Boolean);
  if (words.length === 0 && contact.outcome === "go") return null;
  return (
    <p className="row wrap wishes" data-testid="wishes">
      {words.length > 0 && <span className="small soft"><span className="faint">{t("wishes.prefers")}</span> {words.join(" · ")}</span>}
      <Now contact={contact} medium={medium} />
    </p>
  );
}

function Now({ contact, medium }: { contact: Contact; medium: string }) {
  const { t, i18n } = useTranslation();
  if (contact.outcome === "no") return <Pill tone="stop" icon="off">{refusal(contact, medium, t)}</Pill>;
  if (contact.times === null) return null;
  if (contact.good_now) return <Pill tone="go" icon="check">{t("wishes.good_now")}</Pill>;
  return <Pill tone="rest" icon="clock">{contact.good_from === null ? t("wishes.why_no_hours") : t("wishes.good_from", { at: clockThere(contact.good_from, contact.time_zone, i18n.language as Language) })}</Pill>;
}

/** One quiet line over a letter: what the customer wishes, where that is not what is being done. */
export function WishLine({ party, name, language, version }: { party: string; name: string; language: string; version: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const contact = useContact(party, "email", "receipt", version);
  if (!contact) return null;
  const told = differences(contact, language, now, t, i18n.language as Language);
  const refused = contact.outcome === "no" ? refusal(contact, "email", t) : "";
  if (told.length === 0 && !refused) return null;
  return (
    <p className="row tiny soft wish-line" data-testid="wish-line">
      <Icon name="user" size={14} />
      <span className="grow">{[refused, told.length > 0 ? t("wishes.differs", { name, wishes: told.join(" · ") }) : ""].filter(Boolean).join(" · ")}</span>
    </p>
  );
}
