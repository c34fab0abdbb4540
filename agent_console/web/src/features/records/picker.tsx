import { useEffect, useState } from "react";
import { Button as RacButton, ComboBox, Input, ListBox, ListBoxItem, Popover, type Key } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { recordAddress, useEntity } from "./entities";
import { useOptions, type Option } from "./options";

interface Props {
  /** The entity's name, or `user`. */
  refers: string;
  value: string | null;
  /** What `value` is called; null when it is not known. */
  name: string | null;
  change: (id: string | null, name: string) => void;
  label: string;
  id?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  disabled?: boolean;
  /** Only rows that fit this. */
  filter?: unknown;
  placeholder?: string;
  /** Whether what is chosen can be opened from here. */
  linked?: boolean;
  autoFocus?: boolean;
  testid?: string;
}

const PAUSE_MS = 180;

/** Choose a record or a user by typing part of the name; arrows and Enter choose, Escape leaves it as it was, an empty text takes it away. */
export function RecordPicker({ refers, value, name, change, label, id, describedBy, invalid, disabled, filter, placeholder, linked = true, autoFocus, testid }: Props) {
  const { t } = useTranslation();
  const entity = useEntity(refers);
  const [text, setText] = useState(name ?? "");
  const [open, setOpen] = useState(false);
  const [sought, setSought] = useState("");
  useEffect(() => setText(value === null ? "" : (name ?? t("records.not_named"))), [value, name, t]);
  useEffect(() => {
    const typed = text === (name ?? "") ? "" : text.trim();
    const timer = setTimeout(() => setSought(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, name]);
  const { options, loading } = useOptions(refers === "user" ? null : entity, refers === "user", open, sought, filter);
  const choose = (key: Key | null): void => {
    const option = options?.find((each) => each.id === key);
    if (option) change(option.id, option.name);
  };
  const left = (): void => {
    if (text.trim() === "" && value !== null) change(null, "");
    else setText(value === null ? "" : (name ?? t("records.not_named")));
  };
  return (
    <div className="picker">
      <ComboBox className="picker-box" aria-label={label} inputValue={text} onInputChange={setText} selectedKey={value} onSelectionChange={choose} items={options ?? []}
        onOpenChange={setOpen} allowsEmptyCollection menuTrigger="input" isDisabled={disabled ?? false} isInvalid={invalid ?? false} onBlur={left} allowsCustomValue>
        <Input className="input" id={id} aria-describedby={describedBy} placeholder={placeholder ?? t("records.pick")} autoFocus={autoFocus} data-testid={testid} onFocus={(event) => event.currentTarget.select()} />
        <RacButton className="picker-open" aria-label={t("records.offer", { label })}><Icon name="down" size={14} /></RacButton>
        <Popover className="pop picker-pop" offset={4}>
          <ListBox className="picker-list" renderEmptyState={() => <p className="faint small picker-none">{t(loading || options === null ? "common.loading" : "records.none_found")}</p>}>
            {(option: Option) => (
              <ListBoxItem id={option.id} className="menu-item" textValue={option.name}>
                <span className="grow clip" dir="auto">{option.name}</span>
                {option.about && <span className="tiny faint clip">{option.about}</span>}
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
      {linked && value !== null && entity && (
        <Link to={recordAddress(entity, value)} className="picker-link" aria-label={t("records.open_named", { name: name ?? label })}><Icon name="arrowOut" size={14} /></Link>
      )}
    </div>
  );
}
