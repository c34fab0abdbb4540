/** Knowledge as the API tells it (agent_console/knowledge_documents.py). */
import type { Language } from "../../net/types";
import type { Named, RecordRow } from "../records/entities";

export type TextState = "draft" | "in_review" | "published" | "retired";

export interface Usefulness {
  helpful: number;
  not_helpful: number;
  used: number;
  linked: number;
}

export interface TextDoc {
  language: Language;
  state: TextState;
  version: number;
  published: number | null;
  published_at: number | null;
  submitted_by: string | null;
  title: string;
  summary: string;
  body: string;
  at: number;
}

export interface FileDoc {
  id: string;
  name: string;
  content_type: string;
  size: number;
}

export interface ArticleDoc {
  record: RecordRow;
  named: Named;
  texts: TextDoc[];
  files: FileDoc[];
  usefulness: Usefulness;
  editable: boolean;
  publishable: boolean;
}

export interface VersionDoc {
  version: number;
  title: string;
  summary: string;
  body: string;
  note: string;
  author: string | null;
  at: number;
}

export interface LineDoc {
  what: "same" | "added" | "removed";
  text: string;
}

export interface Suggestion {
  kind: "article" | "case";
  article_id: string;
  number: string;
  language: Language;
  title: string;
  summary: string;
  text: string;
  link: string | null;
  case_id: string | null;
  score: number;
  shared: string[];
  usefulness: Usefulness;
}

export interface MemoDoc {
  id: string;
  title: string;
  html: string;
  urgent: boolean;
  read_at: number | null;
  meant: boolean;
}

export interface WaitingDoc {
  why: "submitted" | "review_due" | "expired" | "unhelpful";
  article_id: string;
  number: string;
  title: string;
  language: Language | "";
  since: number;
  by: string | null;
  usefulness: Usefulness;
}

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", "zh-TW": "繁體中文", "zh-CN": "简体中文" };

/** Pictures of an article that is not public come through the API. */
export const shownHtml = (html: string): string => html.replaceAll('src="/help/files/', 'src="/api/v1/knowledge/files/');

export const articleAddress = (id: string): string => `/records/articles/${encodeURIComponent(id)}`;
