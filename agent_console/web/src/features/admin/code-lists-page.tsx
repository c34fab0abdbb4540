import { useState, type DragEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { composing } from "../../ui/ime";
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { allows, askEntities, useEntities, useEntity, type RecordPage } from "../records/entities";
import { moved, positions, type Word } from "./words";

const LABELS = ["label_en", "label_zh_tw", "label_zh_cn"] as const;

/** All words of all lists, page after page. */
async function allWords(): Promise<Word[]> {
  const words: Word[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: "200", sort: "list,position,code", ...(cursor ? { cursor } : {}) });
    const page: RecordPage = await call<RecordPage>("GET", `/records/code-values?${query.toString()}`);
    words.push(...(page.items as unknown as Word[]));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return words;
}

/** Code lists as lists: words in three languages, in their order; those that are retired stay valid where they are. */
export default function CodeListsPage() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("code lists", allWords);
  const [chosen, choose] = useState<string | null>(null);
  const [added, setAdded] = useState<string[]>([]);
  const entity = useEntity("code_value");
  if (!data || !entity) return <main className="records-page">{problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>}</main>;
  const lists = [...new Set([...data.map(({ list }) => list), ...added])].sort();
  const current = chosen ?? lists[0] ?? null;
  const done = (): void => {
    again();
    attempt(askEntities());
  };
  return (
    <main className="records-page two" data-testid="code-lists">
      <header className="page-head"><h1 className="page-title row"><Icon name="list" size={20} />{t("admin.code_lists")}</h1></header>
      <div className="two-panes">
        <nav className="pane-list scroll" aria-label={t("admin.code_lists")}>
          {lists.map((name) => <ListEntry key={name} name={name} count={data.filter((word) => word.list === name && word.retired_at === null).length} here={name === current} choose={() => choose(name)} />)}
          {allows(entity, "create") && <NewList taken={lists} make={(name) => { setAdded([...added, name]); choose(name); }} />}
        </nav>
        <div className="pane-main scroll" tabIndex={-1}>
          {current === null ? <Empty icon="list" title={t("records.none")} /> : <Words key={current} list={current} words={data.filter((word) => word.list === current)} writable={allows(entity, "update")} done={done} />}
        </div>
      </div>
    </main>
  );
}

/** Where a list is used: it is called after the fields that offer it. */
function useNamesOf(list: string): string {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  const { entities } = useEntities();
  return (entities ?? []).flatMap((entity) => entity.fields.filter(({ codes }) => codes === list).map((field) => `${entity.label[language]} · ${field.label[language]}`)).slice(0, 3).join("  ");
}

function ListEntry({ name, count, here, choose }: { name: string; count: number; here: boolean; choose: () => void }) {
  const used = useNamesOf(name);
  return (
    <button type="button" className="pane-entry" aria-current={here ? "true" : undefined} onClick={choose} data-testid={`code-list-${name}`}>
      <span className="grow line-two"><span className="clip strong">{used || name}</span>{used && <span className="tiny faint clip">{name}</span>}</span>
      <span className="count-plain num">{count}</span>
    </button>
  );
}

function NewList({ taken, make }: { taken: string[]; make: (name: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const right = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$/.test(name) && !taken.includes(name);
  return (
    <form className="row pane-new" onSubmit={(event) => { event.preventDefault(); if (right) { make(name); setName(""); } }}>
      <input className="input slim grow" value={name} placeholder={t("admin.new_list")} aria-label={t("admin.new_list")} aria-invalid={name !== "" && !right} onChange={(event) => setName(event.target.value)} />
      <Button small type="submit" icon="plus" isDisabled={!right}>{t("admin.add")}</Button>
    </form>
  );
}

function Words({ list, words, writable, done }: { list: string; words: Word[]; writable: boolean; done: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const [dragged, drag] = useState<string | null>(null);
  const put = (id: string, to: number): void => {
    const next = moved(words, id, to);
    run(() => Promise.all(positions(words, next).map(([word, position]) => call("PATCH", `/records/code-values/${segment(word)}`, { position }))).then(done));
  };
  const drop = (event: DragEvent, to: number): void => {
    event.preventDefault();
    if (dragged !== null) put(dragged, to);
    drag(null);
  };
  return (
    <>
      <table className="words" aria-label={list}>
        <thead><tr>{writable && <th scope="col"><span className="vh">{t("admin.order")}</span></th>}<th scope="col">{t("admin.code")}</th><th scope="col">English</th><th scope="col">繁體中文</th><th scope="col">简体中文</th><th scope="col"><span className="vh">{t("admin.retired")}</span></th></tr></thead>
        <tbody>
          {words.map((word, place) => (
            <tr key={word.id} className={word.retired_at === null ? "" : "retired"} onDragOver={(event) => dragged !== null && event.preventDefault()} onDrop={(event) => drop(event, place)} data-testid={`code-${word.code}`}>
              {writable && (
                <td className="words-grip">
                  <button type="button" className="grip" draggable disabled={busy} aria-label={t("admin.move_word", { name: word.label_en, place: place + 1, count: words.length })}
                    onDragStart={(event) => { event.dataTransfer.setData("text/plain", word.code); event.dataTransfer.effectAllowed = "move"; drag(word.id); }} onDragEnd={() => drag(null)}
                    onKeyDown={(event) => { const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0; if (by !== 0 && words[place + by]) { event.preventDefault(); put(word.id, place + by); } }} data-testid={`grip-${word.code}`}><Icon name="grip" size={16} /></button>
                </td>
              )}
              <td className="num soft">{word.code}</td>
              {LABELS.map((name) => <td key={name}><LabelInput word={word} name={name} writable={writable} done={done} /></td>)}
              <td className="words-end">{writable && <Button small look="quiet" isDisabled={busy} onPress={() => run(() => call("PATCH", `/records/code-values/${segment(word.id)}`, { retired_at: word.retired_at === null ? Math.floor(Date.now() / 1000) : null }).then(done))} data-testid={`retire-${word.code}`}>{t(word.retired_at === null ? "admin.retire" : "admin.offer_again")}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Wrong problem={problem} />
      {writable && <NewWord list={list} position={Math.max(0, ...words.map(({ position }) => position + 1))} done={done} />}
    </>
  );
}

/** Saved when one leaves it, or by Enter; Escape takes it back. */
function LabelInput({ word, name, writable, done }: { word: Word; name: (typeof LABELS)[number]; writable: boolean; done: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(word[name] ?? "");
  const [, problem, run] = useBusy();
  const save = (): void => {
    if (text.trim() !== (word[name] ?? "")) run(() => call("PATCH", `/records/code-values/${segment(word.id)}`, { [name]: text.trim() || null }).then(done));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (composing(event)) return;
    if (event.key === "Enter") event.currentTarget.blur();
    if (event.key === "Escape") setText(word[name] ?? "");
  };
  if (!writable) return <span dir="auto">{text}</span>;
  return <><input className="input quiet" value={text} dir="auto" aria-label={t("admin.label_of", { code: word.code, language: t(`admin.${name}`) })} aria-invalid={problem !== null} onChange={(event) => setText(event.target.value)} onBlur={save} onKeyDown={press} data-testid={`${name}-${word.code}`} /><Wrong problem={problem} /></>;
}

function NewWord({ list, position, done }: { list: string; position: number; done: () => void }) {
  const { t } = useTranslation();
  const [values, setValues] = useState({ code: "", label_en: "", label_zh_tw: "", label_zh_cn: "" });
  const [busy, problem, run] = useBusy();
  const ready = values.code.trim() !== "" && values.label_en.trim() !== "";
  const add = (): void => run(() => call("POST", "/records/code-values", { list, position, ...values }).then(() => { setValues({ code: "", label_en: "", label_zh_tw: "", label_zh_cn: "" }); done(); }));
  return (
    <form className="words-new" onSubmit={(event) => { event.preventDefault(); if (ready) add(); }}>
      {(["code", ...LABELS] as const).map((name) => <input key={name} className="input slim" value={values[name]} placeholder={t(`admin.${name}`)} aria-label={t(`admin.${name}`)} onChange={(event) => setValues({ ...values, [name]: event.target.value })} data-testid={`new-${name}`} />)}
      <IconButton small icon="plus" look="primary" type="submit" label={t("admin.add_word")} isDisabled={busy || !ready} data-testid="new-word" />
      <Wrong problem={problem} />
    </form>
  );
}
