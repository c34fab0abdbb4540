import type { PanelProps } from "../records/panels";
import { Timeline } from "./timeline";

export default function TimelinePanel({ record }: PanelProps) {
  return <Timeline party={record.id} group={record["kind"] === "organisation"} version={String(record.row_version)} />;
}
