import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button, IconButton } from "../../ui/button";
import { fieldOf, type EntityDoc } from "./entities";

interface Props {
  entity: EntityDoc;
  columns: readonly string[];
  /** Null: as the entity says. */
  change: (columns: readonly string[] | null) => void;
}

/** Which columns, in which order. */
export function ColumnsMenu({ entity, columns, change }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const shown = columns.map((name) => fieldOf(entity, name)).filter((field) => field !== undefined);
  const others = entity.fields.filter((field) => !columns.includes(field.name) && field.kind !== "json");
  const move = (place: number, by: number): void => {
    const next = [...columns];
    const [name] = next.splice(place, 1);
    if (name) next.splice(place + by, 0, name);
    change(next);
  };
  return (
    <DialogTrigger>
      <Button icon="columns" data-testid="columns">{t("records.columns")}</Button>
      <Popover placement="bottom end" className="pop columns-pop">
        <Dialog className="dialog" aria-label={t("records.columns")}>
          <ul className="columns-list scroll">
            {shown.map((field, place) => (
              <li key={field.name} className="row">
                <label className="row check grow"><input type="checkbox" checked disabled={columns.length === 1} onChange={() => change(columns.filter((name) => name !== field.name))} data-testid={`column-${field.name}`} /><span className="clip">{field.label[language]}</span></label>
                <IconButton small icon="up" isDisabled={place === 0} label={t("records.column_up", { name: field.label[language] })} onPress={() => move(place, -1)} />
                <IconButton small icon="down" isDisabled={place === shown.length - 1} label={t("records.column_down", { name: field.label[language] })} onPress={() => move(place, 1)} />
              </li>
            ))}
            {others.length > 0 && <li aria-hidden="true"><hr className="menu-sep" /></li>}
            {others.map((field) => (
              <li key={field.name} className="row">
                <label className="row check grow"><input type="checkbox" checked={false} onChange={() => change([...columns, field.name])} data-testid={`column-${field.name}`} /><span className="clip">{field.label[language]}</span></label>
              </li>
            ))}
          </ul>
          <Button small look="quiet" icon="undo" onPress={() => change(null)}>{t("records.columns_reset")}</Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
