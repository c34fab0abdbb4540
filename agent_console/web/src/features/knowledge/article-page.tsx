import { useCallback, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { go } from "../../route";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill, type Tone } from "../../ui/panes";
import { Unsaved } from "../../ui/unsaved";
import { useEntity, type EntityDoc } from "../records/entities";
import { RecordForm } from "../records/form";
import HistoryPanel from "../records/history-panel";
import { useHere } from "../shell/here";
import { ArticleFiles } from "./article-files";
import { ArticleProducts } from "./article-products";
import { articleAddress, LANGUAGE_NAMES, type ArticleDoc, type TextDoc, type TextState } from "./documents";
import { TextEditor } from "./text-editor";
import { Rendered } from "./rendered";
import { Versions } from "./versions";

const LANGUAGES: readonly Language[] = ["en", "zh-TW", "zh-CN"];
const TONES: Record<TextState, Tone> = { draft: "mute", in_review: "ring", published: "go", retired: "stop" };
const FIELDS = ["language", "audience", "category", "keywords", "slug", "reviewer_id", "review_at", "expires_at", "owner_id", "team_id"] as const;

export function StatePill({ state }: { state: TextState }) {
  const { t } = useTranslation();
  return <Pill tone={TONES[state]}>{t(`knowledge.state_${state}`)}</Pill>;
}

/** `/records/articles/<id>`: an article with its languages; `new` in place of the id begins one. */
export default function ArticlePage({ params }: PageProps) {
  const id = params["id"] ?? "";
  const entity = useEntity("article");
  if (!entity) return <main className="record-page"><div className="page-bones"><Bones lines={6} /></div></main>;
  return id === "new" ? <NewArticle entity={entity} /> : <Kept key={id} id={id} entity={entity} />;
}

function Head({ entity, title, article }: { entity: EntityDoc; title: string; article?: ArticleDoc }) {
  const { t, i18n } = useTranslation();
  const told = article?.usefulness;
  return (
    <header className="page-head record-head">
      <span className="record-icon"><Icon name="book" size={20} /></span>
      <div className="grow">
        <Link to="/records/articles" className="crumb">{entity.plural[i18n.language as Language]}</Link>
        <h1 className="page-title clip" dir="auto" data-testid="record-title">{title}</h1>
      </div>
      {article && <span className="num soft small">{String(article.record["number"])}</span>}
      {told && <span className="small soft num" data-testid="usefulness">{t("knowledge.votes", { helpful: told.helpful, not: told.not_helpful })} · {t("knowledge.used_n", { count: told.used })}</span>}
      {article && <StatePill state={article.record["state"] as TextState} />}
    </header>
  );
}

function NewArticle({ entity }: { entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const { place } = useHere();
  const [language, setLanguage] = useState<Language>(i18n.language as Language);
  const [dirty, setDirty] = useState(false);
  const save = async (words: { title: string; summary: string; body: string }): Promise<void> => {
    const made = await call<ArticleDoc>("POST", "/knowledge/articles", { language, title: words.title, summary: words.summary, body: words.body });
    await go(articleAddress(made.record.id), { replace: true, force: true, from: place.path });
  };
  return (
    <main className="record-page" aria-label={t("knowledge.new_article")}>
      <Head entity={entity} title={t("knowledge.new_article")} />
      <div className="record-body alone">
        <div className="record-main scroll article-main">
          <div className="language-tabs" role="group" aria-label={t("knowledge.language")}>
            {LANGUAGES.map((each) => <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>{LANGUAGE_NAMES[each]}</button>)}
          </div>
          <TextEditor language={language} text={null} save={save} dirty={setDirty} />
        </div>
      </div>
      <Unsaved path={place.path} dirty={dirty} />
    </main>
  );
}

function Kept({ id, entity }: { id: string; entity: EntityDoc }) {
  const { place } = useHere();
  const path = `/knowledge/articles/${segment(id)}`;
  const { data, problem, again } = useResource(path, () => call<ArticleDoc>("GET", path));
  const [newer, setNewer] = useState<ArticleDoc | null>(null);
  const [dirty, setDirty] = useState(false);
  const [wanted, choose] = useState<Language | null>(new URLSearchParams(place.search).get("language") as Language | null);
  const took = useCallback((answer: ArticleDoc) => {
    setNewer(answer);
    setDirty(false);
  }, []);
  if (!data) return <main className="record-page"><Head entity={entity} title="" />{problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>}</main>;
  const article = newer && newer.record.row_version >= data.record.row_version ? newer : data;
  const main = article.record["language"] as Language;
  const language = wanted ?? (article.texts.some((text) => text.language === main) ? main : (article.texts[0]?.language ?? main));
  const text = article.texts.find((each) => each.language === language) ?? null;
  const title = String(article.record["title"]);
  return (
    <main className="record-page" aria-label={title} data-testid="article-page">
      <Head entity={entity} title={title} article={article} />
      <div className="record-body">
        <div className="record-main scroll article-main">
          <LanguageTabs article={article} language={language} choose={choose} />
          <Body key={`${language}/${text?.version ?? 0}`} article={article} language={language} text={text} path={path} took={took} dirty={setDirty} />
        </div>
        <Beside entity={entity} article={article} language={language} text={text} path={path} took={took} again={again} />
      </div>
      <Unsaved path={place.path} dirty={dirty} />
    </main>
  );
}

function LanguageTabs({ article, language, choose }: { article: ArticleDoc; language: Language; choose: (language: Language) => void }) {
  const { t } = useTranslation();
  const shown = article.editable ? LANGUAGES : article.texts.map((text) => text.language);
  return (
    <div className="language-tabs" role="group" aria-label={t("knowledge.language")}>
      {shown.map((each) => {
        const text = article.texts.find((one) => one.language === each);
        return (
          <button key={each} type="button" aria-pressed={each === language} onClick={() => choose(each)} data-testid={`language-${each}`}>
            <span lang={each}>{LANGUAGE_NAMES[each]}</span>
            {text ? <StatePill state={text.state} /> : <span className="tiny faint">{t("knowledge.no_text")}</span>}
          </button>
        );
      })}
    </div>
  );
}

interface BodyProps {
  article: ArticleDoc;
  language: Language;
  text: TextDoc | null;
  path: string;
  took: (article: ArticleDoc) => void;
  dirty: (dirty: boolean) => void;
}

function Body({ article, language, text, path, took, dirty }: BodyProps) {
  const { t } = useTranslation();
  if (!article.editable) {
    if (!text) return <Empty icon="book" title={t("knowledge.no_text")} />;
    return <article className="reading" lang={language}><h2>{text.title}</h2>{text.summary && <p className="lead">{text.summary}</p>}<Rendered body={text.body} /></article>;
  }
  const place = `${path}/texts/${language}`;
  const save = async (words: { title: string; summary: string; body: string; note: string }): Promise<void> =>
    took(await call<ArticleDoc>("PUT", place, { ...words, base: text?.version ?? 0 }));
  const move = async (to: TextState, note: string): Promise<void> => took(await call<ArticleDoc>("POST", `${place}/state`, { to, note }));
  return <TextEditor language={language} text={text} save={save} move={move} publishable={article.publishable} dirty={dirty} />;
}

interface BesideProps extends Omit<BodyProps, "dirty"> {
  entity: EntityDoc;
  again: () => void;
}

/** What belongs to the article beside its words. */
function Beside({ entity, article, language, text, path, took, again }: BesideProps) {
  const { t } = useTranslation();
  const source = article.record["source_case_id"];
  return (
    <aside className="record-side" aria-label={t("records.beside")}>
      <Tabs className="tabs">
        <TabList className="tablist" aria-label={t("records.beside")}>
          <Tab id="about" className="tab">{t("knowledge.about")}</Tab>
          {article.editable && <Tab id="versions" className="tab" data-testid="tab-versions">{t("knowledge.versions")}</Tab>}
          <Tab id="files" className="tab">{t("knowledge.files")}</Tab>
          {article.editable && <Tab id="history" className="tab">{t("records.history")}</Tab>}
        </TabList>
        <TabPanel id="about" className="tabpanel scroll">
          {typeof source === "string" && <p className="small"><Link to={`/records/cases/${segment(source)}`}>{t("knowledge.from_case")}</Link></p>}
          <RecordForm key={article.record.row_version} entity={article.editable ? entity : { ...entity, scopes: { ...entity.scopes, update: "none" } }} record={article.record} named={article.named} only={FIELDS} saved={again} />
          <ArticleProducts article={article} again={again} />
        </TabPanel>
        {article.editable && <TabPanel id="versions" className="tabpanel scroll"><Versions key={`${language}/${text?.version ?? 0}`} place={`${path}/texts/${language}`} text={text} took={took} /></TabPanel>}
        <TabPanel id="files" className="tabpanel scroll"><ArticleFiles article={article} path={path} again={again} /></TabPanel>
        {article.editable && <TabPanel id="history" className="tabpanel scroll"><HistoryPanel record={article.record} entity={entity} refresh={again} /></TabPanel>}
      </Tabs>
    </aside>
  );
}
