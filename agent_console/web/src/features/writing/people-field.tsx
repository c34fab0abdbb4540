import { useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { composing } from "../../ui/ime";
import { Icon } from "../../ui/icon";
import type { Suggested } from "./types";
import { addressesIn, isAddress } from "./words";

interface Props {
  label: string;
  value: string[];
  suggested: Suggested[];
  strangers?: string[];
  change: (value: string[]) => void;
  testid: string;
  wide?: boolean;
}

const MOST_SHOWN = 6;

/** Addresses as chips, with those of the customer and of the case offered as one types. */
export function PeopleField({ label, value, suggested, strangers = [], change, testid, wide }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const words = typed.trim().toLowerCase();
  const left = suggested.filter(({ address, name }) => !value.includes(address) && `${name} ${address}`.toLowerCase().includes(words)).slice(0, MOST_SHOWN);
  const add = (addresses: string[]): void => {
    const good = addresses.filter(isAddress);
    if (good.length > 0) change([...new Set([...value, ...good])]);
    setTyped(addresses.filter((each) => !isAddress(each)).join(", "));
    setAt(-1);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (composing(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && left.length > 0) {
      setOpen(true);
      setAt((at + step + left.length) % left.length);
    } else if (event.key === "Enter" || event.key === "," || event.key === ";") {
      const chosen = open && at >= 0 ? left[at] : undefined;
      if (chosen) add([chosen.address]);
      else if (typed.trim()) add(addressesIn(typed));
      else return;
    } else if (event.key === "Escape" && open) setOpen(false);
    else if (event.key === "Backspace" && typed === "" && value.length > 0) change(value.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const bad = typed.trim() !== "" && !open;
  return (
    <div className={`people-field${wide ? " wide" : ""}`}>
      <label className="people-label" htmlFor={id}>{label}</label>
      <div className={`people-chips${bad ? " bad" : ""}`} onClick={() => input.current?.focus()}>
        {value.map((each) => {
          const name = suggested.find(({ address }) => address === each)?.name;
          const odd = strangers.includes(each);
          return (
            <span key={each} className={`chip${odd ? " odd" : ""}`} title={odd ? t("writing.stranger") : each}>
              {odd && <Icon name="warn" size={13} />}
              <span className="clip">{name ? `${name} <${each}>` : each}</span>
              <button type="button" className="chip-off" aria-label={t("writing.remove", { name: each })} onClick={() => change(value.filter((one) => one !== each))}><Icon name="cross" size={12} /></button>
            </span>
          );
        })}
        <input ref={input} id={id} className="people-input" type="text" inputMode="email" autoComplete="off" spellCheck={false} role="combobox" aria-expanded={open && left.length > 0} aria-controls={`${id}-list`}
          aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined} aria-invalid={bad || undefined} value={typed} placeholder={value.length === 0 ? t("writing.to_hint") : ""}
          onChange={(event) => { setTyped(event.target.value); setOpen(true); setAt(-1); }} onFocus={() => setOpen(true)} onKeyDown={press}
          onBlur={() => { setOpen(false); if (typed.trim()) add(addressesIn(typed)); }}
          onPaste={(event) => {
            const text = event.clipboardData.getData("text/plain");
            if (!/[,;\n]/.test(text)) return;
            event.preventDefault();
            add(addressesIn(text));
          }} data-testid={testid} />
      </div>
      <ul id={`${id}-list`} className="people-list" role="listbox" aria-label={label} hidden={!open || left.length === 0}>
        {left.map((each, place) => (
          <li key={each.address} id={`${id}-${place}`} role="option" aria-selected={place === at} className="people-option" onMouseDown={(event) => { event.preventDefault(); add([each.address]); }}>
            <span className="strong clip">{each.name || each.address}</span>{each.name && <span className="faint small clip">{each.address}</span>}<span className="tiny faint">{t(`writing.whose_${each.whose}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
