import { useTranslation } from "react-i18next";
import { Pill } from "../../ui/panes";
import type { FlowDoc } from "./types";

/** Whether callers go through what one sees. */
export function FlowState({ flow, dirty = false }: { flow: Pick<FlowDoc, "published" | "changed">; dirty?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className="row flow-state">
      {flow.published === null ? <Pill tone="mute" icon="pen">{t("flows.draft_only")}</Pill> : <Pill tone="go" icon="check">{t("flows.version_live", { version: flow.published })}</Pill>}
      {dirty ? <Pill tone="ring" icon="pen">{t("flows.unsaved")}</Pill> : flow.published !== null && flow.changed && <Pill tone="ring" icon="pen">{t("flows.draft_differs")}</Pill>}
    </span>
  );
}
