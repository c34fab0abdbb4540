import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/icon";
import { composing } from "../../ui/ime";
import { Link } from "../../ui/link";
import { recordAddress, useEntity } from "./entities";
import { useName } from "./names";
import { useOptions, type Option } from "./options";

interface Props {
  /** The entity's name, or `user`. */
  refers: string;
  value: string | null;
  /** What `value` is called; null when whoever draws this does not know: it is asked for. */
  name: string | null;
  change: (id: string | null, name: string) => void;
  label: string;
  id?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  disabled?: boolean;
  required?: boolean;
  /** Only rows that fit this. */
  filter?: unknown;
  placeholder?: string;
  /** Whether what is chosen can be opened from here. */
  linked?: boolean;
  autoFocus?: boolean;
  testid?: string;
}

const PAUSE_MS = 180;

/** Choose a record or a user by typing part of the name: arrows and Enter choose, Escape leaves it as it was, an empty text takes it away. */
export function RecordPicker({ refers, value, name, change, label, id, describedBy, invalid, disabled, required, filter, placeholder, linked = true, autoFocus, testid }: Props) {
  const { t } = useTranslation();
  const entity = useEntity(refers);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [sought, compose] = useSought(typed);
  const { options } = useOptions(refers === "user" ? null : entity, refers === "user", open, sought, filter);
  // what is offered for another text is shown until the answer is here, and never chosen
  const fresh = options !== null && (typed ?? "").trim() === sought;
  const found = options ?? [];
  const [wished, wish] = useState(false);
  const place = Math.min(active, Math.max(0, found.length - 1));
  useEffect(() => setActive(0), [sought]);
  const [taken, take] = useState<Option | null>(null);
  const called = useName(refers, value, name ?? (taken && taken.id === value ? taken.name : null));
  const kept = value === null ? "" : (called ?? t("records.not_named"));
  const close = (): void => {
    wish(false);
    setOpen(false);
    setTyped(null);
  };
  const choose = (option: Option | undefined): void => {
    if (!option) return;
    close();
    take(option);
    change(option.id, option.name);
  };
  useEffect(() => {
    // Enter was quicker than the answer
    if (wished && fresh) found.length > 0 ? choose(found[0]) : wish(false);
  });
  const press = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (wished && (event.key === "Enter" || event.key === "s")) {
      if (event.key === "s" && !event.ctrlKey && !event.metaKey) return;
      // what was wished for is on its way: nothing is saved without it
    } else if (step !== 0 && !open) setOpen(true);
    else if (step !== 0 && found.length > 0) setActive((place + step + found.length) % found.length);
    else if (event.key === "Enter" && open && !event.ctrlKey && !event.metaKey) fresh ? choose(found[place]) : wish(true);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const left = (): void => {
    const emptied = typed !== null && typed.trim() === "" && value !== null;
    close();
    if (emptied) change(null, "");
  };
  return (
    <div className="picker">
      <div className="picker-box">
        <input ref={input} id={id} className="input" role="combobox" aria-label={id ? undefined : label} aria-expanded={open} aria-controls={list} aria-autocomplete="list" aria-describedby={describedBy} aria-invalid={invalid} aria-required={required}
          aria-activedescendant={open && found.length > 0 ? `${list}-${place}` : undefined} value={typed ?? kept} placeholder={placeholder ?? t("records.pick")} disabled={disabled} autoFocus={autoFocus} autoComplete="off" dir="auto"
          onChange={(event) => { setTyped(event.target.value); wish(false); setOpen(true); }} onCompositionStart={() => compose(true)} onCompositionEnd={() => compose(false)}
          onClick={() => setOpen(true)} onFocus={(event) => event.currentTarget.select()} onBlur={left} onKeyDown={press} data-testid={testid} />
        <button type="button" className="picker-open" tabIndex={-1} aria-label={t("records.offer", { label })} disabled={disabled} onMouseDown={(event) => { event.preventDefault(); input.current?.focus(); setOpen(!open); }}><Icon name="down" size={14} /></button>
        <Popover className="pop picker-pop" isNonModal triggerRef={input} isOpen={open} onOpenChange={(is) => !is && setOpen(false)} placement="bottom start" offset={4} style={{ width: input.current?.offsetWidth }}>
          <ul id={list} role="listbox" aria-label={label} className="picker-list">
            {found.map((option, at) => <Offered key={option.id} id={`${list}-${at}`} option={option} active={at === place} chosen={option.id === value} choose={() => choose(option)} />)}
          </ul>
          {found.length === 0 && <p className="faint small picker-none" role="status">{t(fresh ? "records.none_found" : "common.loading")}</p>}
        </Popover>
      </div>
      {linked && value !== null && entity && called !== null && (
        <Link to={recordAddress(entity, value)} className="picker-link" aria-label={t("records.open_named", { name: called })}><Icon name="arrowOut" size={14} /></Link>
      )}
    </div>
  );
}

/** What is asked for once the typing rests; what an input method still composes is not in it. */
function useSought(typed: string | null): [string, (composes: boolean) => void] {
  const [sought, setSought] = useState("");
  const [composes, setComposes] = useState(false);
  useEffect(() => {
    if (composes) return;
    const timer = setTimeout(() => setSought((typed ?? "").trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, composes]);
  return [sought, setComposes];
}

function Offered({ id, option, active, chosen, choose }: { id: string; option: Option; active: boolean; chosen: boolean; choose: () => void }) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li ref={row} id={id} role="option" aria-selected={active} className="menu-item picker-option" onMouseDown={(event) => event.preventDefault()} onClick={choose}>
      <span className={`grow clip${chosen ? " strong" : ""}`} dir="auto">{option.name}</span>
      {option.about && <span className="tiny faint clip">{option.about}</span>}
    </li>
  );
}
