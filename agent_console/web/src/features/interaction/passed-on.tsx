import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { Icon } from "../../ui/icon";
import { Pill } from "../../ui/panes";

/** Which words say who passed it on. */
export const passedKey = (item: Item): string => `item.passed_by_${item.medium === "voice" ? "call" : "letter"}`;

/** Who passed it on. */
export function PassedOn({ item }: { item: Item }) {
  const { t } = useTranslation();
  if (item.passed_by === null) return null;
  return <Pill tone="accent" icon="transfer"><span data-testid="passed-by">{t(passedKey(item), { name: item.passed_by })}</span></Pill>;
}

/** The same before the answer, with what the colleague wrote. */
export function PassedOnNote({ item }: { item: Item }) {
  if (item.passed_by === null) return null;
  return (
    <div className="passed-on">
      <PassedOn item={item} />
      {item.note && <p className="passed-note" dir="auto"><Icon name="note" size={15} /><span>{item.note}</span></p>}
    </div>
  );
}
