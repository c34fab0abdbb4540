import { useEffect, useRef, useState } from "react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { useShortcut } from "../desk/shortcuts";
import { useHere } from "../shell/here";
import { fieldOf, useEntities, type EntityDoc, type Named } from "./entities";
import { FilterBuilder, operatorKey } from "./filter-builder";
import { countOf, firstOperator, fromFilter, isGroup, isWhole, needsValue, nothing, toFilter, type Filter, type Group, type Leaf, type Part } from "./filters";
import { useNames } from "./names";
import { textOf } from "./values";

interface Props {
  entity: EntityDoc;
  filter: Filter | null;
  named: Named;
  change: (filter: Filter | null) => void;
}

const PAUSE_MS = 250;

/** The builder's own state: it may hold half of a condition, which no address does. */
function useGroup(filter: Filter | null, change: (filter: Filter | null) => void) {
  const text = JSON.stringify(filter);
  const [group, setGroup] = useState<Group>(() => fromFilter(filter) ?? nothing());
  const said = useRef(text);
  useEffect(() => {
    if (text === said.current) return;
    said.current = text; // a view or a link has changed it, not this builder
    setGroup(fromFilter(filter) ?? nothing());
  }, [text, filter]);
  const tell = useRef(change);
  tell.current = change;
  useEffect(() => {
    const next = toFilter(group);
    if (JSON.stringify(next) === said.current) return;
    const timer = setTimeout(() => {
      said.current = JSON.stringify(next);
      tell.current(next);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [group]);
  return [group, setGroup] as const;
}

/** What a list is narrowed by: as chips to see at a glance and to take away, as a builder to change. */
export function FilterBar({ entity, filter, named, change }: Props) {
  const { t, i18n } = useTranslation();
  const { shown } = useHere();
  const { entities } = useEntities();
  const [open, setOpen] = useState(false);
  const [group, setGroup] = useGroup(filter, change);
  const [learnt, setLearnt] = useState<Named>({});
  const names = useNames(entity, group, both(named, learnt), entities ?? []);
  const count = countOf(group);
  const begin = (): void => {
    setOpen(!open);
    const first = fieldOf(entity, entity.title) ?? entity.fields[0];
    if (!open && group.parts.length === 0 && first) setGroup({ mode: "all", parts: [{ field: first.name, is: firstOperator(first) }] });
  };
  useShortcut("filter", shown ? begin : null);
  const without = (part: Part): void => setGroup({ ...group, parts: group.parts.filter((each) => each !== part) });
  const chips = group.mode === "all" ? group.parts.filter((part) => isGroup(part) ? countOf(part) > 0 : isWhole(part)) : count > 0 ? [group] : [];
  return (
    <>
      <Button icon="filter" look={open ? "on" : "plain"} aria-expanded={open} onPress={begin} data-testid="filter">{t("records.filter")}{count > 0 && <span className="num"> {count}</span>}</Button>
      {!open && chips.length > 0 && (
        <div className="chips">
          {chips.map((part, place) => <Chip key={place} words={wordsOf(entity, part, names, t, i18n.language as Language)} open={() => setOpen(true)} off={() => (part === group ? setGroup(nothing()) : without(part))} />)}
          <button type="button" className="link-button" onClick={() => setGroup(nothing())} data-testid="filter-clear">{t("records.filter_clear")}</button>
        </div>
      )}
      {open && (
        <div className="filter-panel" data-testid="filter-panel">
          <FilterBuilder entity={entity} group={group} named={names} change={setGroup} learn={(of, id, name) => setLearnt((now) => both(now, { [of]: { [id]: name } }))} />
          <div className="row"><span className="grow" /><Button small look="quiet" onPress={() => setGroup(nothing())}>{t("records.filter_clear")}</Button><Button small onPress={() => setOpen(false)} data-testid="filter-close">{t("records.filter_close")}</Button></div>
        </div>
      )}
    </>
  );
}

function both(one: Named, two: Named): Named {
  const whole = { ...one };
  for (const [of, names] of Object.entries(two)) whole[of] = { ...whole[of], ...names };
  return whole;
}

function Chip({ words, open, off }: { words: string; open: () => void; off: () => void }) {
  const { t } = useTranslation();
  return (
    <span className="chip" data-testid="chip">
      <button type="button" className="chip-text" title={words} onClick={open}>{words}</button>
      <button type="button" className="chip-off" aria-label={t("records.filter_off_named", { name: words })} onClick={off}><Icon name="cross" size={13} /></button>
    </span>
  );
}

/** A condition in words: "Level is one of Gold, VIP". */
export function wordsOf(entity: EntityDoc, part: Part, named: Named, t: TFunction, language: Language): string {
  if (isGroup(part)) return t(`records.chip_${part.mode}`, { words: part.parts.map((each) => wordsOf(entity, each, named, t, language)).join(t("records.semicolon")) });
  return leafWords(entity, part, named, t, language);
}

function leafWords(entity: EntityDoc, leaf: Leaf, named: Named, t: TFunction, language: Language): string {
  const field = fieldOf(entity, leaf.field);
  if (!field) return leaf.field;
  const told = `${field.label[language]} ${t(operatorKey(field, leaf.is))}`;
  if (!needsValue(leaf.is)) return told;
  const values = Array.isArray(leaf.value) ? leaf.value : [leaf.value];
  const texts = values.map((value) => (leaf.is === "has" || leaf.is === "begins" ? `“${String(value)}”` : textOf(field, value, named, { t, language })));
  return `${told} ${texts.join(t("records.comma"))}`;
}
