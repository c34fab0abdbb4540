import { Button as RacButton, Menu, MenuItem, MenuTrigger, Popover, Separator, Tooltip, TooltipTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { AgentDoc } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { useSupervisor } from "./use-supervision";
import { MODE_ICONS, MODES, readHears, talkOf, wish } from "./watching";

/** Be at this agent's talk, in one of the ways. */
export function WatchMenu({ agent }: { agent: AgentDoc }) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const supervision = useSupervisor();
  const item = talkOf(agent);
  if (!supervision || !item || agent.id === session.user.id) return null;
  const { here, ask, wonder } = supervision;
  const now = here?.item.id === item.id ? here.watcher.mode : null;
  const label = t(now ? `watch.at_${now}` : "watch.open", { name: agent.name });
  const act = (key: string): void => {
    const mode = MODES.find((each) => each === key);
    if (mode) ask(wish(agent, item, mode));
    else if (key === "over") wonder({ about: "over", wish: wish(agent, item, "barge") });
    else wonder({ about: "phone", wish: null });
  };
  return (
    <MenuTrigger>
      <TooltipTrigger delay={500}>
        <RacButton className={`btn icon small ${now ? `on ${now}` : "quiet"}`} aria-label={label} isDisabled={supervision.alone !== null || supervision.busy} data-testid={`watch-${agent.id}`} data-mode={now ?? ""}>
          <Icon name={now ? MODE_ICONS[now] : "ear"} size={16} />
        </RacButton>
        <Tooltip className="tip" offset={6}>{label}</Tooltip>
      </TooltipTrigger>
      <Popover placement="bottom end">
        <Menu className="pop menu" aria-label={label} onAction={(key) => act(String(key))}>
          {MODES.map((mode) => (
            <MenuItem key={mode} id={mode} className="menu-item" textValue={t(`watch.${mode}`)} data-testid={`watch-${mode}`}>
              <Icon name={MODE_ICONS[mode]} />
              <span className="watch-way"><span>{t(`watch.${mode}`)}</span><span className="faint tiny">{t(`watch.${mode}_what`)}</span></span>
              {mode === now && <span className="tick"><Icon name="check" size={16} /></span>}
            </MenuItem>
          ))}
          <Separator className="menu-sep" />
          <MenuItem id="over" className="menu-item" textValue={t("watch.take_over")} data-testid="watch-over">
            <Icon name="arrowIn" /><span className="watch-way"><span>{t("watch.take_over")}</span><span className="faint tiny">{t("watch.take_over_what")}</span></span>
          </MenuItem>
          <Separator className="menu-sep" />
          <MenuItem id="phone" className="menu-item" data-testid="watch-phone-change"><Icon name="phone" />{t(`watch.hears_${readHears(session.user.id) ?? "unknown"}`)}</MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
