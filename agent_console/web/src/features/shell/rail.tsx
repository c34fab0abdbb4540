import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Module } from "../../pages";
import { useBeside, usePlace } from "../../route";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Mark } from "../../ui/mark";
import { useShortcut } from "../desk/shortcuts";
import { moduleAt } from "./shell";

/** The page everybody begins with; `busy` says how much work waits there, `ringing` that it wants an answer. */
export interface Home {
  path: string;
  icon: IconName;
  title: string;
  ringing: boolean;
  busy: number;
}

/** The modules. Each leads to where one was in it last; the one where one is leads to its beginning. */
export function Rail({ home, modules }: { home: Home; modules: Module[] }) {
  const { t } = useTranslation();
  const place = usePlace();
  const rail = useRef<HTMLElement>(null);
  const lately = useRef(new Map<string, string>());
  const current = moduleAt(modules, place.path);
  const beside = useBeside();
  useEffect(() => {
    const module = beside && moduleAt(modules, beside.path);
    if (module) lately.current.set(module.id, beside.path + beside.search);
  }, [modules, beside]);
  useShortcut("menu", () => rail.current?.querySelector<HTMLElement>("[aria-current=page], a")?.focus());
  const first = (module: Module): string => module.entries[0]?.address ?? home.path;
  return (
    <nav ref={rail} className="rail scroll" aria-label={t("page.modules")} onKeyDown={arrows}>
      <span className="rail-mark"><Mark word={false} size={28} /></span>
      <Item to={home.path} icon={home.icon} words={home.title} here={place.path === home.path} id={home.path === "/" ? "desk" : "board"} badge={home.busy} ringing={home.ringing} />
      {modules.map((module) => (
        <Item key={module.id} id={module.id === "promises" ? "sla" : module.id} icon={module.icon} words={t(`module.${module.id}`, { defaultValue: module.id })}
          here={current === module} to={current === module ? first(module) : (lately.current.get(module.id) ?? first(module))} />
      ))}
    </nav>
  );
}

interface ItemProps {
  id: string;
  to: string;
  icon: IconName;
  words: string;
  here: boolean;
  badge?: number;
  ringing?: boolean;
}

function Item({ id, to, icon, words, here, badge = 0, ringing = false }: ItemProps) {
  return (
    <Link to={to} className={`rail-item${ringing ? " ringing" : ""}`} aria-current={here ? "page" : undefined} data-testid={`room-${id}`}>
      <span className="rail-icon"><Icon name={icon} size={20} />{badge > 0 && <span className="rail-badge">{badge}</span>}</span>
      <span className="rail-word">{words}</span>
    </Link>
  );
}

/** Up and down among the modules. */
function arrows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
}
