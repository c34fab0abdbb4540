import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { next, piecesOf, placeOf, ticks, type Piece } from "./scale";
import type { CallRecord, LaneDoc } from "./types";
import { isNamed, laneName, lookOf, markName, outcomeOf, spanName, timesOf } from "./words";

const ROW = 38;
const HEAD = 26;
const BAR = 26;
const LABEL_FROM_PX = 38;
/** Room for a mark at the first and the last moment. */
const PAD = 11;

const across = (record: CallRecord, at: number, width: number): number => PAD + placeOf(record, at, Math.max(0, width - 2 * PAD));

interface Props {
  record: CallRecord;
  zoom: number;
  /** A moment of what is being heard. */
  heard: number | null;
  chosen: string | null;
  choose: (piece: Piece) => void;
}

/** The lanes of all who took part, over time. One stop for Tab; arrows go from piece to piece. */
export function Lanes({ record, zoom, heard, chosen, choose }: Props) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setRoom(box.clientWidth));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const width = Math.max(0, room * zoom - 2);
  const height = HEAD + record.lanes.length * ROW;
  const pieces = record.lanes.flatMap((lane, row) => piecesOf(lane, row, record.end));
  const stop = pieces.find(({ key }) => key === chosen) ?? pieces[0];
  const press = (event: KeyboardEvent): void => {
    const to = stop && next(pieces, stop, event.key);
    if (!to) return;
    event.preventDefault();
    choose(to);
  };
  const svg = useRef<SVGSVGElement>(null);
  useEffect(() => {
    if (chosen === null || !svg.current?.contains(document.activeElement)) return;
    svg.current.querySelector<SVGGElement>(`[data-piece="${chosen}"]`)?.focus();
  }, [chosen]);
  const at = heard === null ? null : across(record, heard, width);
  useEffect(() => {
    const box = scroller.current;
    if (at !== null && box && (at < box.scrollLeft || at > box.scrollLeft + box.clientWidth)) box.scrollLeft = at - box.clientWidth / 3;
  }, [at]);
  return (
    <div className="lanes" data-testid="lanes">
      <ul className="lane-names" style={{ paddingBlockStart: HEAD }}>
        {record.lanes.map((lane) => <li key={`${lane.kind} ${lane.id} ${lane.name}`} style={{ blockSize: ROW }}><span className="clip strong" dir="auto">{laneName(t, lane)}</span>{isNamed(lane) && <span className="tiny faint clip">{t(`callrecord.lane_${lane.kind}`)}</span>}</li>)}
      </ul>
      <div className="lane-scroll" ref={scroller}>
        <svg ref={svg} width={width} height={height} role="group" aria-label={t("callrecord.drawing")} onKeyDown={press}>
          {ticks(record.end - record.begin, width - 2 * PAD).map((tick) => {
            const x = across(record, record.begin + tick, width);
            return <g key={tick} aria-hidden="true"><line className="lane-tick" x1={x} x2={x} y1={HEAD - 6} y2={height} /><text className="lane-time" x={x + 4} y={HEAD - 10}>{duration(tick)}</text></g>;
          })}
          {record.lanes.map((_, row) => <line key={row} className="lane-line" x1={0} x2={width} y1={HEAD + (row + 1) * ROW - 0.5} y2={HEAD + (row + 1) * ROW - 0.5} aria-hidden="true" />)}
          {pieces.map((piece) => {
            const lane = record.lanes[piece.lane];
            return lane && <Drawn key={piece.key} record={record} lane={lane} piece={piece} width={width} isStop={piece.key === stop?.key} isChosen={piece.key === chosen} choose={() => choose(piece)} />;
          })}
          {at !== null && <line className="lane-heard" x1={at} x2={at} y1={HEAD - 6} y2={height} aria-hidden="true" data-testid="lane-heard" />}
        </svg>
      </div>
    </div>
  );
}

interface DrawnProps {
  record: CallRecord;
  lane: LaneDoc;
  piece: Piece;
  width: number;
  isStop: boolean;
  isChosen: boolean;
  choose: () => void;
}

function Drawn({ record, lane, piece, width, isStop, isChosen, choose }: DrawnProps) {
  const { t } = useTranslation();
  const { span, mark } = piece;
  const x = across(record, piece.begin, width);
  const y = HEAD + piece.lane * ROW + (ROW - BAR) / 2;
  const label = span ? spanName(t, lane, span) : mark ? markName(t, mark) : "";
  const told = span ? [laneName(t, lane), label, timesOf(t, record.begin, span, record.end), outcomeOf(t, span)] : [laneName(t, lane), label, duration(piece.begin - record.begin)];
  const name = told.filter(Boolean).join(", ");
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  const shared = { role: "button", tabIndex: isStop ? 0 : -1, "aria-label": name, "aria-pressed": isChosen, onClick: choose, onKeyDown: press, "data-piece": piece.key, "data-kind": span?.kind ?? mark?.kind, "data-lane": lane.kind } as const;
  if (!span) {
    const middle = y + BAR / 2;
    return (
      <g {...shared} className={`lane-mark${isChosen ? " chosen" : ""}`}>
        <title>{name}</title>
        {mark?.kind === "key" && mark.about !== "" ? <><rect className="lane-key" x={x - 9} y={y + 3} width={18 + (mark.about.length - 1) * 8} height={BAR - 6} rx={4} /><text x={x - 4} y={middle + 4}>{mark.about}</text></> : <path d={`M${x},${y - 5} l6,6 l-6,6 l-6,-6 z`} />}
      </g>
    );
  }
  const wide = Math.max(3, across(record, piece.end, width) - x - 1);
  const shown = wide >= LABEL_FROM_PX;
  const id = `span-${piece.key.replace(" ", "-")}`;
  return (
    <g {...shared} className={`lane-span ${lookOf(lane, span)}${isChosen ? " chosen" : ""}`} data-begin={(span.begin - record.begin).toFixed(3)} data-end={(piece.end - record.begin).toFixed(3)}>
      <title>{name}</title>
      <rect x={x} y={y} width={wide} height={BAR} rx={Math.min(5, wide / 2)} />
      {shown && <><clipPath id={id}><rect x={x} y={y} width={Math.max(0, wide - 3)} height={BAR} /></clipPath><text x={x + 6} y={y + BAR / 2 + 4.5} clipPath={`url(#${id})`}>{label}</text></>}
    </g>
  );
}
