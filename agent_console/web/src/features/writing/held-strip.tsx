import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { countdown } from "../../format";
import { go } from "../../route";
import { useNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { askHeld, letGo, takeBack, useHeld } from "./held";
import type { Draft } from "./types";

/** At the foot of the console: letters that go in a moment, and the way back. */
export function HeldStrip() {
  const held = useHeld();
  useEffect(() => void askHeld(), []);
  return <div className="held-strip" role="status">{held.map((each) => <Held key={each.id} draft={each} />)}</div>;
}

function Held({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const now = useNow();
  const { store } = useDesk();
  const left = (draft.send_at ?? 0) - now;
  useEffect(() => {
    if (left <= 0) letGo();
  }, [left <= 0]);
  const undo = async (): Promise<void> => {
    await takeBack(draft);
    // where it was written may have been left: its case has it
    if (draft.case_id && !(draft.interaction_id && store.get("items", draft.interaction_id))) await go(`/records/cases/${draft.case_id}`);
  };
  return (
    <div className="held" data-testid={`held-${draft.id}`}>
      <Icon name="send" size={16} />
      <span className="clip">{t("writing.sends_in", { seconds: countdown(left), to: draft.content.to[0] ?? "" })}</span>
      <Button small look="on" icon="undo" onPress={() => void undo()} data-testid="undo-send">{t("writing.undo")}</Button>
    </div>
  );
}
