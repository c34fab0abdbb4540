import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { call } from "../../net/api";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { languageName } from "./known";
import { PromptDialog, PromptForm } from "./prompt-form";
import { SPOKEN, type PromptDoc, type Prompts } from "./types";
import "../../styles/flows.css";

/** `/admin/prompts`: what callers are told; those that were uploaded, and those that come with the product. */
export default function PromptsPage() {
  const { t } = useTranslation();
  const writable = useDesk().session.user.role === "admin";
  const { data, problem, again } = useResource("prompts page", () => call<Prompts>("GET", "/prompts"));
  const [chosen, choose] = useState<string | null>(null);
  const [makes, make] = useState(false);
  const [newer, setNewer] = useState<PromptDoc | null>(null); // what was just changed, until the list has it
  if (!data) return <main className="sla scroll" aria-label={t("page.prompts")}>{problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />}</main>;
  const found = data.items.find(({ id }) => id === chosen) ?? null;
  const prompt = newer && newer.id === chosen && newer.row_version > (found?.row_version ?? 0) ? newer : found;
  const changed = (doc: PromptDoc): void => {
    setNewer(doc);
    choose(doc.id);
    again();
  };
  return (
    <main className="sla scroll prompts" tabIndex={0} aria-label={t("page.prompts")} data-testid="prompts-page">
      <div className="sla-lists">
        <section className="panel" aria-labelledby="prompts-list">
          <h2 className="pane-title" id="prompts-list">{t("page.prompts")}</h2>
          <ul className="sla-rows">{data.items.map((each) => <li key={each.id}><Row prompt={each} chosen={each.id === chosen} choose={() => choose(each.id)} /></li>)}</ul>
          {data.items.length === 0 && <p className="faint small sla-none">{t("prompts.none")}</p>}
          {writable && <Button small icon="plus" onPress={() => make(true)} data-testid="prompt-new">{t("prompts.new")}</Button>}
        </section>
        <Ours prompts={data.ours} />
      </div>
      <div className="sla-form">
        {prompt ? <PromptForm key={`${prompt.id} ${prompt.row_version}`} prompt={prompt} writable={writable} changed={changed} gone={() => { choose(null); again(); }} />
          : <Empty icon="horn" title={t("prompts.choose")}><p>{t("prompts.choose_text")}</p></Empty>}
      </div>
      {makes && <PromptDialog close={() => { make(false); again(); }} made={(made) => { make(false); changed(made); }} />}
    </main>
  );
}

function Row({ prompt, chosen, choose }: { prompt: PromptDoc; chosen: boolean; choose: () => void }) {
  const { t } = useTranslation();
  const lacks = SPOKEN.filter((language) => !prompt.sounds.some((sound) => sound.language === language));
  return (
    <button type="button" className="sla-row" aria-current={chosen} onClick={choose} data-testid={`prompt-${prompt.name}`}>
      <span className="strong clip" dir="auto">{prompt.name}</span>
      {prompt.text && <span className="tiny faint clip" dir="auto">{prompt.text}</span>}
      <span className="row wrap">
        {prompt.sounds.map(({ language }) => <Pill key={language} tone="go" icon="check">{languageName(language)}</Pill>)}
        {lacks.map((language) => <Pill key={language} tone="ring" icon="warn">{t("flows.lacks_language", { language: languageName(language) })}</Pill>)}
      </span>
    </button>
  );
}

function Ours({ prompts }: { prompts: Prompts["ours"] }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel">
      <details className="flow-ours">
        <summary className="small strong"><Icon name="box" size={16} /> {t("prompts.ours", { count: prompts.length })}</summary>
        <p className="tiny faint">{t("prompts.ours_text")}</p>
        <ul className="lines">{prompts.map(({ name, texts }) => <li key={name} className="line"><span className="line-two"><span className="small" dir="auto">{texts[i18n.language as Language] ?? texts.en}</span><span className="tiny faint">{name}</span></span></li>)}</ul>
      </details>
    </section>
  );
}
