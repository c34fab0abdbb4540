import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import type { Entry, Module } from "../../pages";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";

const REMEMBERED = "trunkline.menu";

/** What a module holds: its kinds of records and its pages. It folds away for those who want the width. */
export function ModuleMenu({ module, path }: { module: Module; path: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(() => localStorage.getItem(REMEMBERED) !== "folded");
  const fold = (): void => {
    localStorage.setItem(REMEMBERED, open ? "folded" : "open");
    setOpen(!open);
  };
  const name = t(`module.${module.id}`, { defaultValue: module.id });
  return (
    <nav className={`module-menu scroll${open ? "" : " folded"}`} aria-label={name}>
      <div className="row module-head">
        {open && <span className="module-name grow clip">{name}</span>}
        <IconButton small icon={open ? "left" : "right"} label={t(open ? "page.fold" : "page.unfold")} onPress={fold} />
      </div>
      {module.entries.map((entry) => <MenuEntry key={entry.id} entry={entry} here={path === entry.address || path.startsWith(`${entry.address}/`)} open={open} />)}
    </nav>
  );
}

function MenuEntry({ entry, here, open }: { entry: Entry; here: boolean; open: boolean }) {
  const { t, i18n } = useTranslation();
  const words = entry.entity ? entry.entity.plural[i18n.language as Language] : t(`page.${entry.id}`);
  return (
    <Link to={entry.address} className="module-entry" aria-current={here ? "page" : undefined} title={open ? undefined : words} aria-label={words} data-testid={`menu-${entry.id}`}>
      <Icon name={entry.icon} size={16} />
      {open && <span className="clip">{words}</span>}
    </Link>
  );
}
