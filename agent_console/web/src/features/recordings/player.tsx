import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { segment } from "../../net/api";
import type { Recording } from "../../net/types";
import { IconButton } from "../../ui/button";
import { bars, HALF, moved, talked, WIDTH } from "./wave";

const SPEEDS = [1, 1.25, 1.5, 2];

/** One talk to be heard: who talked when, play, seek, how fast. `heard` is told at which second it is. */
export function Player({ recording, heard }: { recording: Recording; heard?: ((seconds: number) => void) | undefined }) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(1);
  const [failed, setFailed] = useState(false);
  const address = `/api/v1/recordings/${segment(recording.id)}/audio`;

  const toggle = (): void => {
    const it = audio.current;
    if (!it) return;
    if (playing) return it.pause();
    setFailed(false);
    if (it.error) it.load(); // what failed once is asked for anew
    it.playbackRate = speed;
    it.play().catch(() => setFailed(it.error !== null));
  };
  const seek = (to: number): void => {
    setAt(to);
    heard?.(to);
    if (audio.current) audio.current.currentTime = to;
  };
  const faster = (): void => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };

  return (
    <div className="player" data-testid="player" data-playing={playing || undefined}>
      <audio
        ref={audio}
        src={address}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={(event) => {
          setAt(event.currentTarget.currentTime);
          heard?.(event.currentTarget.currentTime);
        }}
        onError={() => { setPlaying(false); setFailed(true); }}
      />
      <IconButton icon={playing ? "pause" : "play"} label={playing ? t("recording.pause") : t("recording.play")} look="plain" onPress={toggle} data-testid="player-toggle" />
      <Wave recording={recording} at={at} seek={seek} />
      <span className="num small player-time" data-testid="player-time">{duration(at)} / {duration(recording.seconds)}</span>
      <button type="button" className="btn quiet small num" onClick={faster} aria-label={t("recording.speed", { speed })} data-testid="player-speed">{speed}×</button>
      {recording.may_download && <a className="small" href={`${address}?download=true`} download data-testid="player-download">{t("recording.download")}</a>}
      {failed && <p className="player-failed small" role="alert">{t("recording.failed")}</p>}
    </div>
  );
}

function Wave({ recording, at, seek }: { recording: Recording; at: number; seek: (to: number) => void }) {
  const { t } = useTranslation();
  const { seconds, peaks } = recording;
  const part = seconds > 0 ? Math.min(1, at / seconds) : 0;
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) seek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * seconds);
  };
  const press = (event: KeyboardEvent): void => {
    const to = moved(event.key, at, seconds);
    if (to === null) return;
    event.preventDefault();
    seek(to);
  };
  const heard = peaks && peaks.agent.length > 0 ? talked(peaks) : null; // nobody is on the other side of a message
  return (
    <div className="player-wave">
      <div
        role="slider"
        tabIndex={0}
        className="player-slider"
        aria-label={t("recording.position")}
        aria-valuemin={0}
        aria-valuemax={Math.round(seconds)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={duration(at)}
        onPointerDown={point}
        onKeyDown={press}
        data-testid="player-slider"
      >
        <svg viewBox={`0 0 ${WIDTH} ${2 * HALF}`} preserveAspectRatio="none" aria-hidden="true">
          <path className="wave-customer" d={bars(peaks?.customer ?? [], true)} />
          <path className={peaks?.agent.length === 0 ? "wave-customer" : "wave-agent"} d={bars(peaks?.agent.length === 0 ? peaks.customer : (peaks?.agent ?? []), false)} />
        </svg>
        {seconds > 0 && recording.pauses.map(([begin, end]) => <span key={begin} className="player-pause" style={{ insetInlineStart: `${(begin / seconds) * 100}%`, inlineSize: `${((end - begin) / seconds) * 100}%` }} data-testid="player-pause" />)}
        <span className="player-at" style={{ insetInlineStart: `${part * 100}%` }} />
      </div>
      {heard && <p className="tiny faint">{t("recording.talked", { customer: heard.customer, agent: heard.agent })}</p>}
      {recording.pauses.length > 0 && <p className="tiny soft" data-testid="player-pauses">{t("recording.paused", { spans: recording.pauses.map(([begin, end]) => `${duration(begin)}–${duration(end)}`).join(", ") })}</p>}
    </div>
  );
}
