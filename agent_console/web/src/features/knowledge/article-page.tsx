import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { go } from "../../route";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill, type Tone } from "../../ui/panes";
import { SideTabs } from "../../ui/side-tabs";
import { Unsaved, useHold } from "../../ui/unsaved";
import { useEntity, type EntityDoc } from "../records/entities";
import { RecordForm } from "../records/form";
import HistoryPanel from "../records/history-panel";
import { useHere } from "../shell/here";
import { ArticleFiles } from "./article-files";
import { ArticleProducts } from "./article-products";
import { articleAddress, LANGUAGE_NAMES, type ArticleDoc, type TextDoc, type TextState } from "./documents";
import { TextEditor } from "./text-editor";
import { Rendered } from "./rendered";
import { leftOf, type TextDraft } from "./text-draft";
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

/** What was written while a new article was being made: its own page goes on with it. */
let carried: { article: string; language: Language; draft: TextDraft } | null = null;

function NewArticle({ entity }: { entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const { place } = useHere();
  const [language, setLanguage] = useState<Language>(i18n.language as Language);
  const [draft, write] = useState<TextDraft | null>(null);
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    carried = null;
  }, []);
  const save = async (sent: TextDraft): Promise<void> => {
    const { title, summary, body } = sent.words;
    const made = await call<ArticleDoc>("POST", "/knowledge/articles", { language, title, summary, body });
    const left = leftOf(latest.current, sent, made.texts.find((text) => text.language === language) ?? null);
    if (left) carried = { article: made.record.id, language, draft: left };
    await go(articleAddress(made.record.id), { replace: true, force: true, from: place.path });
  };
  return (
    <Unsaved path={place.path}><main className="record-page" aria-label={t("knowledge.new_article")}>
      <Holding dirty={draft !== null} />
      <Head entity={entity} title={t("knowledge.new_article")} />
      <div className="record-body alone">
        <div className="record-main scroll article-main">
          <div className="language-tabs" role="group" aria-label={t("knowledge.language")}>
            {LANGUAGES.map((each) => <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>{LANGUAGE_NAMES[each]}</button>)}
          </div>
          <TextEditor language={language} text={null} draft={draft} write={write} save={save} />
        </div>
      </div>
    </main></Unsaved>
  );
}

function Holding({ dirty }: { dirty: boolean }) {
  useHold(dirty);
  return null;
}

type Drafts = Partial<Record<Language, TextDraft | null>>;

function Kept({ id, entity }: { id: string; entity: EntityDoc }) {
  const { place } = useHere();
  const path = `/knowledge/articles/${segment(id)}`;
  const { data, problem, again } = useResource(path, () => call<ArticleDoc>("GET", path));
  const [newer, setNewer] = useState<ArticleDoc | null>(null);
  const [drafts, setDrafts] = useState<Drafts>(() => (carried?.article === id ? { [carried.language]: carried.draft } : {}));
  const [wanted, choose] = useState<Language | null>(new URLSearchParams(place.search).get("language") as Language | null);
  if (!data) return <main className="record-page"><Head entity={entity} title="" />{problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>}</main>;
  const article = newer && newer.record.row_version >= data.record.row_version ? newer : data;
  const main = article.record["language"] as Language;
  const language = wanted ?? (article.texts.some((text) => text.language === main) ? main : (article.texts[0]?.language ?? main));
  const text = article.texts.find((each) => each.language === language) ?? null;
  const title = String(article.record["title"]);
  const change = (of: Language, next: (now: TextDraft | null) => TextDraft | null): void => setDrafts((now) => ({ ...now, [of]: next(now[of] ?? null) }));
  return (
    <Unsaved path={place.path}><main className="record-page" aria-label={title} data-testid="article-page">
      <Holding dirty={Object.values(drafts).some(Boolean)} />
      <Head entity={entity} title={title} article={article} />
      <div className="record-body">
        <div className="record-main scroll article-main">
          <LanguageTabs article={article} language={language} choose={choose} />
          <Body key={language} article={article} language={language} text={text} path={path} took={setNewer} draft={drafts[language] ?? null} change={(next) => change(language, next)} />
        </div>
        <Beside entity={entity} article={article} language={language} text={text} path={path} took={setNewer} again={again} />
      </div>
    </main></Unsaved>
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

interface TextProps {
  article: ArticleDoc;
  language: Language;
  text: TextDoc | null;
  path: string;
  took: (article: ArticleDoc) => void;
}

interface BodyProps extends TextProps {
  draft: TextDraft | null;
  change: (next: (now: TextDraft | null) => TextDraft | null) => void;
}

function Body({ article, language, text, path, took, draft, change }: BodyProps) {
  const { t } = useTranslation();
  if (!article.editable) {
    if (!text) return <Empty icon="book" title={t("knowledge.no_text")} />;
    return <article className="reading" lang={language}><h2>{text.title}</h2>{text.summary && <p className="lead">{text.summary}</p>}<Rendered body={text.body} /></article>;
  }
  const place = `${path}/texts/${language}`;
  const save = async (sent: TextDraft): Promise<void> => {
    const answer = await call<ArticleDoc>("PUT", place, { ...sent.words, base: sent.base?.version ?? 0 });
    took(answer);
    change((now) => leftOf(now, sent, answer.texts.find((each) => each.language === language) ?? null));
  };
  const move = async (to: TextState, note: string): Promise<void> => took(await call<ArticleDoc>("POST", `${place}/state`, { to, note }));
  return <TextEditor language={language} text={text} draft={draft} write={(next) => change(() => next)} save={save} move={move} publishable={article.publishable} />;
}

interface BesideProps extends TextProps {
  entity: EntityDoc;
  again: () => void;
}

/** What belongs to the article beside its words. */
function Beside({ entity, article, language, text, path, took, again }: BesideProps) {
  const { t } = useTranslation();
  const source = article.record["source_case_id"];
  const about = (
    <>
      {typeof source === "string" && <p className="small"><Link to={`/records/cases/${segment(source)}`}>{t("knowledge.from_case")}</Link></p>}
      <RecordForm entity={article.editable ? entity : { ...entity, scopes: { ...entity.scopes, update: "none" } }} record={article.record} named={article.named} only={FIELDS} saved={again} />
      <ArticleProducts article={article} again={again} />
    </>
  );
  const files = { id: "files", title: t("knowledge.files"), content: <ArticleFiles article={article} path={path} again={again} /> };
  const panels = article.editable ? [
    { id: "versions", title: t("knowledge.versions"), testid: "tab-versions", content: <Versions key={`${language}/${text?.version ?? 0}`} place={`${path}/texts/${language}`} text={text} took={took} /> },
    files,
    { id: "history", title: t("records.history"), content: <HistoryPanel record={article.record} entity={entity} refresh={again} /> },
  ] : [files];
  return (
    <aside className="record-side" aria-label={t("records.beside")}>
      <SideTabs label={t("records.beside")} panels={[{ id: "about", title: t("knowledge.about"), content: about }, ...panels]} />
    </aside>
  );
}
