import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { Choice } from "../sla/form-parts";
import { importPath } from "./imports-page";
import type { ImportDoc, Layout, Mode, Preview } from "./types";

const ENCODINGS = [["utf-8", "UTF-8"], ["cp950", "Big5"], ["gb18030", "GB18030"], ["utf-16", "UTF-16"], ["cp1252", "Windows-1252"]] as const;
const DELIMITERS = [",", ";", "\t", "|"] as const;

interface Props {
  item: ImportDoc;
  preview: Preview;
  started: () => void;
  looked: () => void;
  gone: () => void;
}

/** Which column goes where, shown with the file's first rows, and what is to be done with the rows. */
export function Mapping({ item, preview: first, started, looked, gone }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [preview, setPreview] = useState(first);
  const [columns, setColumns] = useState(item.columns.length ? item.columns : first.guessed);
  const [mode, setMode] = useState<Mode>(item.mode);
  const [match, setMatch] = useState(item.columns.length ? item.match : suggestedKey(first, first.guessed));
  const [clear, setClear] = useState(item.clear);
  const [busy, problem, run] = useBusy();
  const label = (name: string): string => preview.targets.find((each) => each.name === name)?.label[language] ?? name;
  const keys = [...(columns.includes("id") ? ["id"] : []), ...preview.targets.filter(({ key, name }) => key && columns.includes(name)).map(({ name }) => name)];
  const missing = mode === "update" ? [] : preview.targets.filter(({ required, name }) => required && !columns.includes(name));
  const readAs = (change: Partial<Layout>): void =>
    run(() => call<Preview>("PUT", importPath(item.id, "/layout"), change).then((seen) => {
      setPreview(seen);
      setColumns(seen.guessed);
      setMatch(suggestedKey(seen, seen.guessed));
      looked();
    }));
  const start = (dry_run: boolean): void =>
    run(() => call("POST", importPath(item.id, "/start"), { columns, mode, match: keys.includes(match) ? match : "", clear, dry_run }).then(started));
  const put = (place: number, name: string): void => setColumns(columns.map((each, at) => (at === place ? name : each === name ? "" : each)));
  return (
    <section className="panel form" data-testid="import-mapping">
      <h2 className="pane-title">{t("imports.columns")}</h2>
      <p className="small faint">{item.file_name} · {t("imports.rows_n", { n: preview.item.rows_total.toLocaleString(language) })} · {t("imports.columns_text")}</p>
      <ReadAs layout={preview.item.layout} busy={busy} readAs={readAs} />
      <div className="import-table scroll" tabIndex={0} role="region" aria-label={t("imports.preview")}>
        <table>
          <thead>
            <tr>{preview.headings.map((heading, place) => <th key={place} scope="col" dir="auto">{heading || place + 1}</th>)}</tr>
            <tr>
              {preview.headings.map((heading, place) => (
                <td key={place}>
                  <select className={`input${columns[place] ? "" : " unused"}`} value={columns[place] ?? ""} aria-label={`${heading}: ${t("imports.field")}`} onChange={(event) => put(place, event.target.value)} data-testid={`import-column-${place}`}>
                    <option value="">{t("imports.leave_out")}</option>
                    <option value="id">{t("imports.record_id")}</option>
                    {preview.targets.map((target) => <option key={target.name} value={target.name}>{target.label[language]}{target.required ? " *" : ""}</option>)}
                  </select>
                </td>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.preview.map((row, number) => (
              <tr key={number}>{preview.headings.map((_, place) => <td key={place} className={columns[place] ? "" : "unused"} dir="auto">{row[place] ?? ""}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2 className="pane-title">{t("imports.options")}</h2>
      <div className="form-two">
        <Choice id="import-mode" label={t("imports.mode")} value={mode} change={(value) => setMode(value as Mode)}>
          <option value="both">{t("imports.mode_both")}</option>
          <option value="create">{t("imports.mode_create")}</option>
          <option value="update">{t("imports.mode_update")}</option>
        </Choice>
        <Choice id="import-match" label={t("imports.match")} value={keys.includes(match) ? match : ""} change={setMatch}>
          <option value="">{t("imports.match_none")}</option>
          {keys.map((name) => <option key={name} value={name}>{name === "id" ? t("imports.record_id") : label(name)}</option>)}
        </Choice>
      </div>
      <label className="check-line">
        <input type="checkbox" checked={clear} onChange={(event) => setClear(event.target.checked)} />
        <span>{t("imports.clear")} <span className="faint small">{t("imports.clear_text")}</span></span>
      </label>
      {missing.length > 0 && <p className="small import-missing" role="status">{t("imports.required_missing", { fields: missing.map(({ name }) => label(name)).join(", ") })}</p>}
      <Wrong problem={problem} />
      <div className="row">
        <Button icon="search" isDisabled={busy} onPress={() => start(true)} data-testid="import-try">{t("imports.try")}</Button>
        <Button look="primary" icon="arrowIn" isDisabled={busy} onPress={() => start(false)} data-testid="import-start">{item.state === "checked" ? t("imports.start_real") : t("imports.start")}</Button>
        <span className="grow" />
        <Button look="quiet" icon="cross" isDisabled={busy} onPress={() => run(() => call("DELETE", importPath(item.id)).then(gone))} data-testid="import-discard">{t("imports.discard")}</Button>
      </div>
    </section>
  );
}

function ReadAs({ layout, busy, readAs }: { layout: Layout; busy: boolean; readAs: (change: Partial<Layout>) => void }) {
  const { t } = useTranslation();
  const encoding = layout.encoding === "utf-8-sig" ? "utf-8" : layout.encoding === "big5hkscs" ? "cp950" : layout.encoding;
  return (
    <div className="import-layout">
      {layout.format === "csv" && (
        <>
          <Choice id="import-encoding" label={t("imports.encoding")} value={encoding} change={(value) => readAs({ encoding: value })}>
            {ENCODINGS.map(([value, name]) => <option key={value} value={value} disabled={busy}>{name}</option>)}
          </Choice>
          <Choice id="import-delimiter" label={t("imports.delimiter")} value={layout.delimiter} change={(value) => readAs({ delimiter: value })}>
            {DELIMITERS.map((value) => <option key={value} value={value} disabled={busy}>{value === "\t" ? t("imports.delimiter_tab") : value}</option>)}
          </Choice>
        </>
      )}
      <label className="check-line">
        <input type="checkbox" checked={layout.header} disabled={busy} onChange={(event) => readAs({ header: event.target.checked })} data-testid="import-header" />
        <span>{t("imports.header")}</span>
      </label>
    </div>
  );
}

/** What seems to name a row: its id, else a code; a name is the choice of whoever imports. */
function suggestedKey(preview: Preview, columns: string[]): string {
  if (columns.includes("id")) return "id";
  return preview.targets.find(({ key, name }) => key && name === "code" && columns.includes(name))?.name ?? "";
}
