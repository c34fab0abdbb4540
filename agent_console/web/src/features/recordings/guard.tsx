import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { useNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { REMIND_EVERY_S, reminders } from "../desk/hold";
import { isHeld } from "../desk/items";
import { pauseRecording, resumeRecording, useUnsure } from "./pausing";
import { setTalk, useSensitive } from "./sensitive";

/** So long after the focus has left such a field recording goes on: from field to field it does not. */
export const GOES_ON_AFTER_MS = 2_000;

/** Wherever the agent looks: pauses the recording of their talk while a field asks for what nobody may keep, and reminds of a pause that lasts. */
export function RecordingGuard({ items }: { items: readonly Item[] }) {
  const { t } = useTranslation();
  const { phone } = useDesk();
  const talk = items.find((item) => item.recording !== null && item.state === "connected");
  useFormPause(talk?.id ?? null, talk?.recording?.pause ?? null);
  const pause = talk?.recording?.pause ?? null;
  const unsure = useUnsure(talk?.id ?? "");
  const state = talk === undefined ? "none" : pause !== null ? "off" : unsure ? "unsure" : "on";
  useEffect(() => {
    setTalk(state);
    return () => setTalk("none");
  }, [state]);
  const times = reminders(pause === null || pause === "stopped" ? null : (talk?.recording?.since ?? null), useNow());
  const aloud = talk !== undefined && !isHeld(talk); // the hold has a tone of its own
  useEffect(() => {
    if (times > 0 && aloud) phone.remind();
  }, [talk?.id, times, aloud, phone]);
  return <p className="vh" role="status" data-testid="tape-reminder">{times > 0 && t("tape.reminder", { minutes: (times * REMIND_EVERY_S) / 60 })}</p>;
}

/** What this tab has paused it resumes: nothing that was paused by hand, nor in another tab. */
function useFormPause(id: string | null, pause: string | null): void {
  const sensitive = useSensitive();
  const mine = useRef<string | null>(null);
  useEffect(() => {
    if (id === null) {
      mine.current = null;
    } else if (sensitive && pause === null && mine.current !== id) {
      mine.current = id;
      void pauseRecording(id, "form");
    } else if (!sensitive && mine.current === id) {
      const timer = setTimeout(() => {
        mine.current = null;
        void resumeRecording(id, "form");
      }, GOES_ON_AFTER_MS);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [id, pause, sensitive]);
}
