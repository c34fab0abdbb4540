import { countdown, duration } from "../format";
import { useNow, serverNow } from "../store/clock";

/** A ring that empties until the deadline, with the seconds left in it. */
export function Ring({ until, totalS, size = 34, label }: { until: number; totalS: number; size?: number; label: string }) {
  useNow();
  const leftS = Math.max(0, until - serverNow());
  const radius = size / 2 - 2.5;
  const around = 2 * Math.PI * radius;
  const share = totalS > 0 ? Math.min(1, leftS / totalS) : 0;
  return (
    <span className={`count-ring${leftS <= 5 ? " late" : ""}`} style={{ width: size, height: size }} role="timer" aria-label={label}>
      <svg width={size} height={size} aria-hidden="true">
        <circle cx={size / 2} cy={size / 2} r={radius} strokeWidth={2.5} />
        <circle className="left" cx={size / 2} cy={size / 2} r={radius} strokeWidth={2.5}
          strokeDasharray={around} strokeDashoffset={around * (1 - share)} />
      </svg>
      <span>{countdown(leftS)}</span>
    </span>
  );
}

/** A running duration since a moment of the server's clock. */
export function Timer({ since, className = "num" }: { since: number; className?: string }) {
  useNow();
  return <span className={className}>{durationSince(since)}</span>;
}

const durationSince = (since: number): string => duration(serverNow() - since);
