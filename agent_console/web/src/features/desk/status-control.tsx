import { Button as RacButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Me } from "../../net/types";
import { useMe } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { attempt } from "../../ui/toasts";
import { useShortcut } from "./shortcuts";
import { PAUSE_ICONS, PAUSES, shown, statusShown } from "./states";

/** Ask for a status; the server answers with the document that shows it. */
export function choose(status: "ready" | "paused", reason?: string): void {
  attempt(call("PUT", "/me/status", reason ? { status, reason } : { status }));
}

/** The one control of the agent's state, with its timer. */
export function StatusControl() {
  const me = useMe();
  useShortcut("ready", () => choose("ready"));
  useShortcut("pause", () => choose("paused", "break"));
  if (!me) return null;
  return (
    <MenuTrigger>
      <StatusButton me={me} />
      <Popover placement="bottom start"><StatusMenu me={me} /></Popover>
    </MenuTrigger>
  );
}

function StatusButton({ me }: { me: Me }) {
  const { t } = useTranslation();
  const now = shown(me);
  const next = me.work !== "idle" && me.status === "paused" ? t("status.then", { state: t(statusShown(me).key) }) : "";
  return (
    <RacButton className={`status-button ${now.tone}`} data-testid="status-button" data-status={me.status} data-work={me.work} data-reason={me.reason}>
      <Icon name={now.icon} />
      <span className="strong">{t(now.key)}</span>
      <Timer since={now.since} className="num status-time" />
      {next && <span className="status-next">{next}</span>}
      <Icon name="down" size={14} />
    </RacButton>
  );
}

function StatusMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const chosen = me.status === "ready" ? "ready" : me.reason;
  const tick = (key: string) => chosen === key && <span className="tick"><Icon name="check" size={16} /></span>;
  return (
    <Menu className="pop menu" aria-label={t("status.label")} onAction={(key) => (key === "ready" ? choose("ready") : choose("paused", String(key)))}>
      <MenuItem id="ready" className="menu-item go" data-testid="status-ready" textValue={t("state.ready")}><Icon name="check" />{t("state.ready")}{tick("ready")}</MenuItem>
      <Separator className="menu-sep" />
      <MenuSection>
        <Header className="menu-head">{t("status.pause")}</Header>
        {PAUSES.map((reason) => (
          <MenuItem key={reason} id={reason} className="menu-item" data-testid={`status-${reason}`} textValue={t(`pause.${reason}`)}>
            <Icon name={PAUSE_ICONS[reason]} />{t(`pause.${reason}`)}{tick(reason)}
          </MenuItem>
        ))}
      </MenuSection>
    </Menu>
  );
}
