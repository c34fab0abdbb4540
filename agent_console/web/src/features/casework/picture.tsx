import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { inLanguage, type Words } from "./parts";

interface Props {
  states: readonly { name: string; class: string; label?: Words }[];
  moves: readonly { from: string; to: string; label?: Words }[];
  initial: string;
  /** Where a case stands. */
  here?: string;
}

const CLASSES = ["open", "pending", "solved", "closed"];
const [WIDE, HIGH, APART, BELOW, EDGE] = [128, 36, 78, 30, 14];

/** A life cycle drawn: a column for each class, states below one another, an arrow for each step. */
export function Picture({ states, moves, initial, here }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const columns = CLASSES.filter((each) => states.some((state) => state.class === each));
  const place = new Map<string, { x: number; y: number }>();
  for (const [column, of] of columns.entries()) {
    for (const [row, state] of states.filter((each) => each.class === of).entries()) {
      place.set(state.name, { x: EDGE + column * (WIDE + APART), y: EDGE + 22 + row * (HIGH + BELOW) });
    }
  }
  const deepest = Math.max(1, ...columns.map((of) => states.filter((state) => state.class === of).length));
  const width = columns.length * (WIDE + APART) - APART + 2 * EDGE;
  const height = 22 + deepest * (HIGH + BELOW) - BELOW + 2 * EDGE;
  const named = (name: string): string => inLanguage(states.find((state) => state.name === name)?.label, language, name);
  const told = moves.map((move) => `${named(move.from)} → ${named(move.to)}`).join(", ");
  return (
    <div className="lifecycle-picture scroll">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={t("casework.picture", { moves: told })}>
        <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" className="picture-tip" /></marker></defs>
        {columns.map((of, column) => <text key={of} x={EDGE + column * (WIDE + APART) + WIDE / 2} y={EDGE + 6} className="picture-class">{t(`case.${of}`)}</text>)}
        {moves.map((move, at) => {
          const [from, to] = [place.get(move.from), place.get(move.to)];
          return from && to ? <path key={at} d={arrow(from, to)} className="picture-move" markerEnd="url(#tip)"><title>{inLanguage(move.label, language, move.to)}</title></path> : null;
        })}
        {states.map((state) => {
          const at = place.get(state.name);
          if (!at) return null;
          return (
            <g key={state.name} className={`picture-state ${state.class}${state.name === here ? " here" : ""}${state.name === initial ? " first" : ""}`}>
              <rect x={at.x} y={at.y} width={WIDE} height={HIGH} rx={9} />
              <text x={at.x + WIDE / 2} y={at.y + HIGH / 2 + 4.500}>{inLanguage(state.label, language, state.name)}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

interface Point {
  x: number;
  y: number;
}

/** Forth above the middle and back below it, so that two ways between the same states are two lines. */
function arrow(from: Point, to: Point): string {
  if (from.x === to.x) {
    const down = to.y > from.y;
    const x = from.x + (down ? WIDE * 0.38 : WIDE * 0.62);
    return `M${x} ${down ? from.y + HIGH : from.y}L${x} ${down ? to.y : to.y + HIGH}`;
  }
  const forth = to.x > from.x;
  const lift = HIGH * (forth ? 0.32 : 0.68);
  const [startX, endX] = forth ? [from.x + WIDE, to.x] : [from.x, to.x + WIDE];
  const [startY, endY] = [from.y + lift, to.y + lift];
  const middle = (startX + endX) / 2;
  const far = Math.abs(to.x - from.x) > WIDE + APART;
  const bow = far ? (forth ? -HIGH * 0.9 : HIGH * 0.9) : 0;
  return `M${startX} ${startY}C${middle} ${startY + bow} ${middle} ${endY + bow} ${endX} ${endY}`;
}
