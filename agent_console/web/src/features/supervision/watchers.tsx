import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Watcher } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { MODE_ICONS } from "./watching";

/** On the board: who else is at an agent's talk, each by how they are. */
export function WatcherMarks({ watchers }: { watchers: readonly Watcher[] }) {
  const { t } = useTranslation();
  const me = useDesk().session.user.id; // oneself: the menu's button tells it
  return watchers.filter(({ id }) => id !== me).map(({ id, name, mode }) => {
    const words = t(`watch.mark_${mode}`, { name });
    return <span key={id} className={`watch-mark ${mode}`} role="img" aria-label={words} title={words} data-testid={`watched-by-${id}`} data-mode={mode}><Icon name={MODE_ICONS[mode]} size={16} /></span>;
  });
}

/** In the agent's call: who hears it, and who hears them. */
export function Overheard({ watchers }: { watchers: readonly Watcher[] }) {
  const { t } = useTranslation();
  const label = useId();
  return (
    <div role="status" aria-labelledby={label}>
      <span className="vh" id={label}>{t("watch.here")}</span>
      {watchers.length > 0 && (
        <ul className="overheard small">
          {watchers.map(({ id, name, mode }) => (
            <li key={id} className={mode} data-testid={`overheard-${id}`} data-mode={mode}><Icon name={MODE_ICONS[mode]} size={16} /><span dir="auto">{t(`watch.told_${mode}`, { name })}</span></li>
          ))}
        </ul>
      )}
    </div>
  );
}
