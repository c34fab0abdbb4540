import { useTranslation } from "react-i18next";
import { useList } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { useUnsure } from "./pausing";

/** In the bar, wherever one is: the talk is not recorded now, or nobody knows. */
export function TapeMark() {
  const { t } = useTranslation();
  const talk = useList("items").find(({ recording, state }) => recording !== null && state === "connected");
  const unsure = useUnsure(talk?.id ?? "");
  const { pause = null, since = null } = talk?.recording ?? {};
  if (pause === null && !unsure) return null;
  return (
    <span className={`pill ${pause === null ? "stop" : "ring"}`} data-testid="tape-mark" data-state={pause ?? "unsure"}>
      <Icon name={pause === null ? "warn" : "pause"} size={14} />
      <span>{t(pause === null ? "tape.mark_unsure" : "tape.mark_off")}</span>
      {since !== null && pause !== "stopped" && <Timer since={since} />}
    </span>
  );
}
