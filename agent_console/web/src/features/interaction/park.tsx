import { Button as RacButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Item, Language } from "../../net/types";
import { serverNow } from "../../store/clock";
import { Icon } from "../../ui/icon";
import { laterTimes } from "./later";

/** Set a letter aside until one of the times that people mean. */
export function Park({ item, busy, run }: { item: Item; busy: boolean; run: (work: () => Promise<unknown>) => void }) {
  const { t, i18n } = useTranslation();
  const now = serverNow();
  const times = laterTimes(now);
  const park = (name: unknown): void => {
    const until = times.find((each) => each.name === name)?.at;
    if (until !== undefined) run(() => call("POST", `/interactions/${segment(item.id)}/park`, { until }));
  };
  return (
    <MenuTrigger>
      <RacButton className="btn quiet small" isDisabled={busy} data-testid="park"><Icon name="clock" size={16} />{t("by_hand.aside")}</RacButton>
      <Popover placement="bottom end">
        <Menu className="menu" aria-label={t("by_hand.aside")} onAction={park}>
          {times.map(({ name, at }) => (
            <MenuItem key={name} id={name} className="menu-item" data-testid={`park-${name}`}>
              <span className="grow">{t(`by_hand.${name}`)}</span><span className="faint small num">{moment(at, now, i18n.language as Language)}</span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
