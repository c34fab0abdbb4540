import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { sends } from "../../ui/ime";
import { Wrong } from "../../ui/panes";
import type { TextDoc, TextState } from "./documents";
import { Rendered } from "./rendered";
import { drafted, wordsOf, type TextDraft, type Words } from "./text-draft";

interface Props {
  language: Language;
  /** Null: the language begins. */
  text: TextDoc | null;
  /** What is written and not saved; the page keeps it, so that it outlives a look at another language. */
  draft: TextDraft | null;
  write: (draft: TextDraft | null) => void;
  save: (draft: TextDraft) => Promise<void>;
  move?: (to: TextState, note: string) => Promise<void>;
  publishable?: boolean;
}

/** One language of an article: its words in Markdown beside how they will look. Ctrl+Enter or Ctrl+S saves. */
export function TextEditor({ language, text, draft, write, save, move, publishable = false }: Props) {
  const { t } = useTranslation();
  const [preview, setPreview] = useState(true);
  const [busy, problem, run] = useBusy();
  const words = draft?.words ?? wordsOf(text);
  const touched = draft !== null;
  const set = (part: Partial<Words>): void => write(drafted(draft, text, part));
  const store = (): void => {
    if (draft && words.title.trim()) run(() => save(draft));
  };
  const press = (event: KeyboardEvent): void => {
    if (!sends(event) && !((event.ctrlKey || event.metaKey) && event.key === "s")) return;
    event.preventDefault();
    store();
  };
  const id = `article-${language}`;
  return (
    <section className="text-editor" lang={language} onKeyDown={press} data-testid="text-editor">
      <label className="label" htmlFor={`${id}-title`}>{t("knowledge.title")}</label>
      <input id={`${id}-title`} className="input" value={words.title} maxLength={200} onChange={(event) => set({ title: event.target.value })} data-testid="article-title" />
      <label className="label" htmlFor={`${id}-summary`}>{t("knowledge.summary")}</label>
      <textarea id={`${id}-summary`} className="input" rows={2} value={words.summary} maxLength={2000} onChange={(event) => set({ summary: event.target.value })} />
      <div className="row"><label className="label grow" htmlFor={`${id}-body`}>{t("knowledge.body")}</label><span className="tiny faint">{t("knowledge.markdown")}</span><Button small look="quiet" icon="columns" onPress={() => setPreview(!preview)}>{t(preview ? "knowledge.preview_off" : "knowledge.preview_on")}</Button></div>
      <div className={`editor-panes${preview ? " two" : ""}`}>
        <textarea id={`${id}-body`} className="input editor-body" value={words.body} onChange={(event) => set({ body: event.target.value })} data-testid="article-body" />
        {preview && <div className="editor-preview scroll" tabIndex={0} role="region" aria-label={t("knowledge.preview")}><Rendered body={words.body} /></div>}
      </div>
      <Wrong problem={problem} />
      <div className="row editor-acts">
        {touched ? (
          <>
            <input className="input grow" value={words.note} maxLength={500} placeholder={t("knowledge.note_hint")} aria-label={t("knowledge.note")} onChange={(event) => set({ note: event.target.value })} />
            {text && <Button look="quiet" isDisabled={busy} onPress={() => write(null)} data-testid="article-discard">{t("records.discard")}</Button>}
            <Button look="primary" icon="check" isDisabled={busy || !words.title.trim()} onPress={store} data-testid="article-save">{t("knowledge.save_draft")}</Button>
          </>
        ) : text && move && <Steps text={text} publishable={publishable} busy={busy} go={(to) => run(() => move(to, ""))} />}
      </div>
    </section>
  );
}

/** What may become of a text now, and by whom. */
function Steps({ text, publishable, busy, go }: { text: TextDoc; publishable: boolean; busy: boolean; go: (to: TextState) => void }) {
  const { t } = useTranslation();
  const { state } = text;
  const behind = text.published !== null && text.published !== text.version;
  return (
    <>
      <span className="grow tiny soft">
        {behind && t("knowledge.older_is_public", { version: text.published })}
        {state === "in_review" && text.submitted_by && t("knowledge.submitted_by", { name: text.submitted_by })}
      </span>
      {publishable && state !== "retired" && (state !== "draft" || text.published !== null) && <Button look="quiet" isDisabled={busy} onPress={() => go("retired")} data-testid="article-retire">{t("knowledge.retire")}</Button>}
      {state === "in_review" && publishable && <Button icon="undo" isDisabled={busy} onPress={() => go("draft")}>{t("knowledge.give_back")}</Button>}
      {state === "retired" && <Button icon="undo" isDisabled={busy} onPress={() => go("draft")}>{t("knowledge.as_draft")}</Button>}
      {state === "draft" && <Button icon="send" isDisabled={busy} onPress={() => go("in_review")} data-testid="article-submit">{t("knowledge.submit")}</Button>}
      {publishable && (state === "draft" || state === "in_review") && <Button look="go" icon="check" isDisabled={busy} onPress={() => go("published")} data-testid="article-publish">{t("knowledge.publish")}</Button>}
    </>
  );
}
