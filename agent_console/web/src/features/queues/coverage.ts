import { call } from "../../net/api";
import type { QueueCoverage, WarningDoc } from "../../net/types";
import { useResource } from "../../store/resource";
import { tell } from "../../ui/toasts";

/** Of every queue; `version` changes when that may have changed. */
export const useCoverage = (version = "") => useResource("queues coverage", () => call<{ items: QueueCoverage[] }>("GET", "/queues/coverage"), version);

/** What was just done is kept, and hardly what was meant. */
export function warn(warnings: readonly WarningDoc[]): void {
  for (const { code, params } of warnings) tell(`warning.${code.replace(".", "_")}`, params);
}
