import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { countdown } from "../../format";
import type { Item, RecordingNow } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { reminders } from "../desk/hold";
import { useShortcut } from "../desk/shortcuts";
import { pauseRecording, resumeRecording, sure, useUnsure } from "./pausing";

/** In a call that is recorded: whether it is so now, since when not, and the button that changes it. */
export function Taped({ item }: { item: Item }) {
  return item.recording && item.state === "connected" ? <Tape id={item.id} recording={item.recording} /> : null;
}

function Tape({ id, recording }: { id: string; recording: RecordingNow }) {
  const { t } = useTranslation();
  const [busy, , run] = useBusy();
  const { pause } = recording;
  const unsure = useUnsure(id) && pause === null;
  const turn = (): void => run(() => (pause === null ? pauseRecording(id, "by_hand") : resumeRecording(id, "by_hand")));
  useShortcut("recording", pause === "stopped" ? null : turn);
  useEffect(() => {
    if (pause !== null) sure(id);
  }, [id, pause]);
  const look = unsure ? " unsure" : pause === null ? "" : " off";
  return (
    <div className={`taped${look}`} data-testid="taped" data-state={unsure ? "unsure" : (pause ?? "on")}>
      <span className="taped-mark" aria-hidden="true">{unsure ? <Icon name="warn" size={20} /> : pause === null ? null : <Icon name="pause" size={20} />}</span>
      <Words recording={recording} unsure={unsure} />
      {pause !== "stopped" && <Button look={pause === null ? "plain" : "go"} icon={pause === null ? "pause" : "record"} isDisabled={busy} onPress={turn} data-testid="tape-turn">{t(pause === null ? "tape.pause" : "tape.resume")}</Button>}
    </div>
  );
}

function Words({ recording: { pause, since, until }, unsure }: { recording: RecordingNow; unsure: boolean }) {
  const { t } = useTranslation();
  const long = reminders(pause === "stopped" ? null : since, useNow()) > 0;
  return (
    <p className="taped-said grow">
      <span role="status">{t(unsure ? "tape.unsure" : pause === null ? "tape.on" : `tape.off_${pause}`)}</span>
      {since !== null && pause !== "stopped" && <Timer since={since} className="num taped-time" />}
      {until !== null && <span className="small">{t("tape.until", { time: countdown(Math.max(0, until - serverNow())) })}</span>}
      {long && <span className="small" data-testid="taped-long">{t("tape.long")}</span>}
    </p>
  );
}
