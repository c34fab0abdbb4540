import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Icon } from "../../ui/icon";
import { allows, type EntityDoc } from "./entities";
import type { Filter } from "./filters";
import { apiQuery, type ListState } from "./list-state";

const KINDS = [
  { id: "csv-labels", format: "csv", values: "labels" },
  { id: "xlsx-labels", format: "xlsx", values: "labels" },
  { id: "csv-codes", format: "csv", values: "codes" },
] as const;

/** Takes the list out of the house as a file: its rows under its filter and order, as far as one may. */
export function TakeOut({ entity, state, fixed = null }: { entity: EntityDoc; state: ListState; fixed?: Filter | null }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (!allows(entity, "export")) return null;
  const take = (id: string | number): void => {
    const kind = KINDS.find((each) => each.id === id);
    if (!kind) return;
    const asked = new URLSearchParams(apiQuery(state, fixed, null));
    for (const name of ["limit", "count", "deleted"]) asked.delete(name);
    asked.set("format", kind.format);
    asked.set("values", kind.values);
    window.location.assign(`/api/v1/records/${entity.collection}/export?${asked}`);
  };
  return (
    <MenuTrigger isOpen={open} onOpenChange={setOpen}>
      <Button className="btn" data-testid="records-export"><Icon name="arrowOut" size={18} />{t("imports.export")}</Button>
      <Popover className="pop" placement="bottom end">
        <Menu className="menu" aria-label={t("imports.export")} onAction={take}>
          {KINDS.map(({ id }) => <MenuItem key={id} id={id} className="menu-item" data-testid={`export-${id}`}>{t(`imports.export_${id.replace("-", "_")}`)}</MenuItem>)}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
