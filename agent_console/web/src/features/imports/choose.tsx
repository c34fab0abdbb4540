import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { size } from "../../format";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { Choice } from "../sla/form-parts";
import type { EntityDoc } from "../records/entities";
import type { Preview } from "./types";
import { upload } from "./upload";

/** Which records, from which file. */
export function Choose({ entities, done, leave }: { entities: EntityDoc[]; done: (preview: Preview) => void; leave: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [entity, setEntity] = useState(entities[0]?.name ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [busy, problem, run] = useBusy();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (file) run(() => upload(entity, file).then(done));
  };
  return (
    <form className="panel form" onSubmit={send} data-testid="import-choose">
      <h2 className="pane-title">{t("imports.new")}</h2>
      <Choice id="import-entity" label={t("imports.what")} value={entity} change={setEntity}>
        {entities.map((each) => <option key={each.name} value={each.name}>{each.plural[language]}</option>)}
      </Choice>
      <div className="field">
        <label htmlFor="import-file">{t("imports.file")}</label>
        <input id="import-file" className="input" type="file" accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)} data-testid="import-file" />
        <span className="tiny faint">{file ? `${file.name} · ${size(file.size)}` : t("imports.file_text")}</span>
      </div>
      <Wrong problem={problem} />
      {busy && <p className="small faint" role="status">{t("imports.uploading")}</p>}
      <div className="row">
        <Button type="submit" look="primary" icon="arrowIn" isDisabled={busy || !file || !entity} data-testid="import-upload">{t("imports.upload")}</Button>
        <Button look="quiet" isDisabled={busy} onPress={leave}>{t("imports.back")}</Button>
      </div>
    </form>
  );
}
