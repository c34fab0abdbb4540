import { useTranslation } from "react-i18next";
import type { IconName } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";

const LOOKS: Readonly<Record<string, { tone: Tone; icon: IconName }>> = {
  passed: { tone: "go", icon: "check" },
  passed_a: { tone: "go", icon: "check" },
  passed_b: { tone: "mute", icon: "check" },
  passed_c: { tone: "mute", icon: "question" },
  failed: { tone: "stop", icon: "warn" },
  none: { tone: "mute", icon: "question" },
};

/** What the telephone network says of a caller's number, in a mark with its words; nothing where it says nothing. */
export function Attested({ of }: { of: string | null }) {
  const { t } = useTranslation();
  const look = of === null ? undefined : LOOKS[of];
  if (!look) return null;
  return <span data-testid="attested" data-said={of} title={t(`attested.${of}_long`)}><Pill tone={look.tone} icon={look.icon}>{t(`attested.${of}`)}</Pill></span>;
}
