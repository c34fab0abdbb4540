import { Button as RacButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator, type Key } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../../i18n";
import type { Density, Language, Theme } from "../../net/types";
import { go } from "../../route";
import { useDesk } from "../../store/hooks";
import { Icon, type IconName } from "../../ui/icon";
import { attempt } from "../../ui/toasts";
import { lazy, Suspense, useReducer, useState } from "react";
import { Feedback } from "./feedback";

const THEMES: { code: Theme; icon: IconName }[] = [
  { code: "system", icon: "board" },
  { code: "light", icon: "sun" },
  { code: "dark", icon: "moon" },
];
const DENSITIES: Density[] = ["comfortable", "compact"];

const AccountDialog = lazy(() => import("../account/account-dialog"));

/** Language, theme, density, one's account, shortcuts, sign out. */
export function UserMenu({ onShortcuts }: { onShortcuts?: () => void }) {
  const { t } = useTranslation();
  const { session, changeUser, signOut } = useDesk();
  const [feedback, setFeedback] = useState(false);
  const [account, setAccount] = useState(false);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const change = (wish: Parameters<typeof changeUser>[0]): void => attempt(changeUser(wish).finally(redraw));
  const chosen = (kind: string, key: Key | undefined): void => {
    if (kind === "language") change({ language: key as Language });
    if (kind === "theme") change({ theme: key as Theme });
    if (kind === "density") change({ density: key as Density });
  };
  const { user } = session;
  return (
    <>
    <MenuTrigger>
      <RacButton className="btn quiet user-button" aria-label={t("menu.user", { name: user.name })} data-testid="user-menu">
        <span className="avatar" aria-hidden="true" data-initials={initials(user.name)} />
        <Icon name="down" size={14} />
      </RacButton>
      <Popover placement="bottom end">
        <Menu className="pop menu" aria-label={t("menu.user", { name: user.name })} onAction={(key) => {
          if (key === "signout") attempt(signOut());
          if (key === "shortcuts") onShortcuts?.();
          if (key === "feedback") setFeedback(true);
          if (key === "account") setAccount(true);
          if (key === "people") void go("/admin/people");
        }}>
          <MenuSection className="menu-section">
            <Header className="menu-head">{user.name}{user.extension && <span className="num"> · {user.extension}</span>}</Header>
          </MenuSection>
          <Choice kind="language" label={t("menu.language")} value={user.language} onChosen={chosen}
            options={LANGUAGES.map(({ code, name }) => ({ code, name, lang: code }))} />
          <Choice kind="theme" label={t("menu.theme")} value={user.theme} onChosen={chosen}
            options={THEMES.map(({ code, icon }) => ({ code, name: t(`menu.theme_${code}`), icon }))} />
          <Choice kind="density" label={t("menu.density")} value={user.density} onChosen={chosen}
            options={DENSITIES.map((code) => ({ code, name: t(`menu.density_${code}`) }))} />
          <Separator className="menu-sep" />
          <MenuItem id="account" className="menu-item" data-testid="my-account"><Icon name="user" />{t("account.title")}</MenuItem>
          {user.role === "admin" && <MenuItem id="people" className="menu-item" data-testid="user-menu-people"><Icon name="users" />{t("people.title")}</MenuItem>}
          {onShortcuts && <MenuItem id="shortcuts" className="menu-item"><Icon name="question" />{t("menu.shortcuts")}<span className="tick"><kbd>?</kbd></span></MenuItem>}
          <MenuItem id="feedback" className="menu-item" data-testid="give-feedback"><Icon name="note" />{t("feedback.title")}</MenuItem>
          <MenuItem id="signout" className="menu-item" data-testid="sign-out"><Icon name="off" />{t("menu.sign_out")}</MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
    <Feedback open={feedback} close={() => setFeedback(false)} />
    {account && <Suspense><AccountDialog close={() => setAccount(false)} /></Suspense>}
    </>
  );
}

interface ChoiceProps {
  kind: string;
  label: string;
  value: string;
  options: { code: string; name: string; icon?: IconName; lang?: string }[];
  onChosen: (kind: string, key: Key | undefined) => void;
}

function Choice({ kind, label, value, options, onChosen }: ChoiceProps) {
  return (
    <MenuSection className="menu-section" selectionMode="single" disallowEmptySelection selectedKeys={[value]}
      onSelectionChange={(keys) => onChosen(kind, keys === "all" ? undefined : [...keys][0])}>
      <Header className="menu-head">{label}</Header>
      {options.map(({ code, name, icon, lang }) => (
        <MenuItem key={code} id={code} className="menu-item" textValue={name}>
          {icon && <Icon name={icon} />}
          <span lang={lang}>{name}</span>
          {code === value && <span className="tick"><Icon name="check" size={16} /></span>}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

/** Two letters of a Latin name, the last two characters of a Chinese one (a given name is how one is called). */
export function initials(name: string): string {
  if (/\p{Script=Han}/u.test(name)) return [...name].slice(-2).join("");
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0]?.[0], parts.length > 1 ? parts.at(-1)?.[0] : ""].join("").toUpperCase();
}
