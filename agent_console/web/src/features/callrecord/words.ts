import type { TFunction } from "i18next";
import { duration } from "../../format";
import type { LaneDoc, MarkDoc, SpanDoc } from "./types";

const LOOKS: Record<string, string> = {
  talking: "talk", at_work: "talk", conference: "accent", waiting: "mute", callback: "mute", dialled: "mute", set_aside: "mute", flow: "rest", offered: "ring", ringing: "ring",
  calling: "ring", hold: "hold", called: "rest", consult: "rest", asked: "rest", wrap_up: "mute", listen: "accent", whisper: "accent", barge: "accent", recorded: "go", paused: "hold", stopped: "stop",
};

/** The look of a span: its words say the same. */
export const lookOf = (lane: LaneDoc, span: SpanDoc): string => (lane.kind === "flow" ? "rest" : (LOOKS[span.kind] ?? "mute"));

export function laneName(t: TFunction, lane: LaneDoc): string {
  return lane.name || t(`callrecord.lane_${lane.kind}`);
}

/** Whether the name says who, so that the kind stands beside it. */
export const isNamed = (lane: LaneDoc): boolean => lane.name !== "";

export function spanName(t: TFunction, lane: LaneDoc, span: SpanDoc): string {
  if (lane.kind === "flow") return span.about || t([`flows.kind.${span.kind}`, "callrecord.kind_flow"]);
  return t([`callrecord.kind_${lane.kind}_${span.kind}`, `callrecord.kind_${span.kind}`], { defaultValue: span.kind });
}

export function outcomeOf(t: TFunction, span: SpanDoc): string {
  if (span.outcome === null) return "";
  return t([`callrecord.outcome_${span.outcome}`, `why.outcome.${span.outcome}`, `stay.${span.outcome}`], { defaultValue: span.outcome });
}

export function markName(t: TFunction, mark: MarkDoc): string {
  if (mark.kind === "hang_up") return mark.about === "" ? t("callrecord.mark_hang_up") : t("callrecord.mark_hang_up_cause", { cause: causeOf(t, Number(mark.about)) });
  return t(`callrecord.mark_${mark.kind}`, { about: mark.about || "–", defaultValue: mark.kind });
}

export const causeOf = (t: TFunction, cause: number): string => t([`callrecord.cause_${cause}`, "callrecord.cause_other"], { cause });

/** From when to when, counted from the beginning, and how long. */
export function timesOf(t: TFunction, from: number, span: SpanDoc, end: number): string {
  const [begin, until] = [duration(span.begin - from), span.end === null ? t("callrecord.now") : duration(span.end - from)];
  return `${begin}–${until} (${lasted((span.end ?? end) - span.begin)})`;
}

/** Short ones in tenths of a second: an offer that is answered at once has taken some time. */
export const lasted = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds));
