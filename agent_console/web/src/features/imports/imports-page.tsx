import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { allows, useEntities, type EntityDoc } from "../records/entities";
import { Button } from "../../ui/button";
import { Bones, Empty, Failure, Pill, type Tone } from "../../ui/panes";
import { Choose } from "./choose";
import { ImportView } from "./import-view";
import type { ImportDoc, Preview, State } from "./types";

type Chosen = { kind: "new" } | { kind: "one"; id: string; preview: Preview | null } | null;

const TONES: Record<State, Tone> = {
  draft: "mute", queued: "talk", running: "talk", finished: "go", checked: "accent", stopped: "ring", failed: "stop", undoing: "talk", undone: "mute",
};

/** Files into records: those that were imported at the left, one of them, or a new one, at the right. */
export function ImportsPage() {
  const { t } = useTranslation();
  const imports = useResource("imports", () => call<{ items: ImportDoc[] }>("GET", "/imports"));
  const { entities } = useEntities();
  const [chosen, setChosen] = useState<Chosen>(null);
  if (!imports.data || !entities) {
    return <main className="sla scroll">{imports.problem ? <Failure problem={imports.problem} retry={imports.again} /> : <Bones lines={6} />}</main>;
  }
  const known = entities;
  return (
    <main className="sla imports scroll" tabIndex={0} aria-label={t("imports.title")} data-testid="imports-page">
      <div className="sla-lists">
        <Batches items={imports.data.items} entities={known} chosen={chosen?.kind === "one" ? chosen.id : null} choose={setChosen} />
      </div>
      <div className="sla-form">
        {chosen?.kind === "new" && (
          <Choose entities={known.filter((entity) => allows(entity, "import"))} leave={() => setChosen(null)}
            done={(preview) => { imports.again(); setChosen({ kind: "one", id: preview.item.id, preview }); }} />
        )}
        {chosen?.kind === "one" && (
          <ImportView key={chosen.id} id={chosen.id} seen={chosen.preview} changed={imports.again}
            gone={() => { imports.again(); setChosen(null); }} />
        )}
        {!chosen && <Empty icon="inbox" title={t("imports.choose")}><p>{t("imports.choose_text")}</p><Button look="primary" icon="plus" onPress={() => setChosen({ kind: "new" })}>{t("imports.new")}</Button></Empty>}
      </div>
    </main>
  );
}

interface BatchesProps {
  items: ImportDoc[];
  entities: readonly EntityDoc[];
  chosen: string | null;
  choose: (chosen: Chosen) => void;
}

function Batches({ items, entities, chosen, choose }: BatchesProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const plural = (name: string): string => entities.find((each) => each.name === name)?.plural[language] ?? name;
  return (
    <section className="panel" aria-labelledby="imports-list">
      <h2 className="pane-title" id="imports-list">{t("imports.list")}</h2>
      <ul className="sla-rows">
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" className="sla-row" aria-current={item.id === chosen} onClick={() => choose({ kind: "one", id: item.id, preview: null })} data-testid="import-row">
              <span className="import-row-head">
                <span className="strong clip" dir="auto">{item.file_name}</span>
                <StatePill state={item.state} />
              </span>
              <span className="tiny faint clip">{plural(item.entity)} · {t("imports.rows_n", { n: item.rows_total.toLocaleString(language) })} · {moment(item.created_at, Date.now() / 1000, language)}</span>
            </button>
          </li>
        ))}
      </ul>
      {items.length === 0 && <p className="faint small sla-none">{t("imports.none")}</p>}
      <Button small icon="plus" onPress={() => choose({ kind: "new" })} data-testid="import-new">{t("imports.new")}</Button>
    </section>
  );
}

export function StatePill({ state }: { state: State }) {
  const { t } = useTranslation();
  return <Pill tone={TONES[state]}>{t(`imports.state_${state}`)}</Pill>;
}

export const importPath = (id: string, rest = ""): string => `/imports/${segment(id)}${rest}`;
