/** The letter in hand: kept on the server as it is written, and in this tab until the server has it. */
import { useCallback, useEffect, useRef, useState } from "react";
import { call, Problem, segment } from "../../net/api";
import { useDesk } from "../../store/hooks";
import { useResource, type Resource } from "../../store/resource";
import { useHeldRound } from "./held";
import type { Answered, Content, Draft, DraftFile, Place, WritingDoc } from "./types";
import { toHtml } from "./words";

const SAVE_AFTER_MS = 700;
/** Whether somebody likes to write with looks. */
export const RICH = "trunkline.rich";

function asLiked(blank: Content): Content {
  return localStorage.getItem(RICH) === "on" ? { ...blank, rich: true, html: toHtml(blank.text) } : blank;
}

interface Local {
  draft: string | null;
  content: Content;
}

export interface InHand {
  info: Resource<WritingDoc>;
  draft: Draft | null;
  content: Content | null;
  files: DraftFile[];
  /** The server has all of it. */
  saved: boolean;
  problem: Problem | null;
  /** Rises when the words came from elsewhere: the editor shows them anew. */
  stamp: number;
  change: (part: Partial<Content>) => void;
  /** Save what is not saved; the draft, begun if there was none. */
  settle: () => Promise<Draft>;
  show: (draft: Draft | null, content?: Content) => void;
  setFiles: (files: DraftFile[]) => void;
  /** The editor is another one: it shows the words anew. */
  renew: () => void;
  latest: () => Content | null;
}

const keyOf = (place: Place): string => `trunkline.letter.${place.interaction ?? place.case ?? place.party ?? ""}`;

function readLocal(place: Place): Local | null {
  const kept = sessionStorage.getItem(keyOf(place));
  return kept ? (JSON.parse(kept) as Local) : null;
}

export function queryOf(place: Place): string {
  const [name, id] = Object.entries(place)[0] ?? ["", ""];
  return `?${name}=${segment(String(id))}`;
}

export function useDraft(place: Place, version: string): InHand {
  const me = useDesk().session?.user?.id ?? "";
  const round = useHeldRound();
  const address = `/drafts${queryOf(place)}`;
  const info = useResource(address, () => call<WritingDoc>("GET", address), `${version} ${round}`);
  const [hand, setHand] = useState<{ draft: Draft | null; content: Content | null; files: DraftFile[]; stamp: number }>({ draft: null, content: null, files: [], stamp: 0 });
  const [saved, setSaved] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const now = useRef({ draft: null as Draft | null, content: null as Content | null, dirty: false });
  const line = useRef<Promise<unknown>>(Promise.resolve());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const show = useCallback((draft: Draft | null, content?: Content): void => {
    const next = content ? (draft ? content : asLiked(content)) : (draft?.content ?? null);
    now.current = { draft, content: next, dirty: false };
    sessionStorage.removeItem(keyOf(place));
    setHand((before) => ({ draft, content: next, files: draft?.files ?? [], stamp: before.stamp + 1 }));
    setSaved(true);
    setProblem(null);
  }, [address]);

  useEffect(() => {
    const data = info.data;
    if (!data || now.current.dirty) return;
    const open = now.current.draft;
    const mine = data.items.filter((each) => each.owner_id === me && each.send_at === null).at(-1) ?? null;
    const local = now.current.content === null ? readLocal(place) : null;
    if (local) {
      // a reload came before the server had it
      const base = data.items.find(({ id, send_at }) => id === local.draft && send_at === null) ?? mine;
      show(base, local.content);
      now.current.dirty = true;
      later();
    } else if (!open || !data.items.some(({ id, send_at }) => id === open.id && send_at === null)) {
      if (mine) show(mine);
      else if (open || now.current.content === null) show(null, data.blank);
    }
  }, [info.data]);

  const save = async (): Promise<Draft> => {
    const { content } = now.current;
    if (!content) throw new Error("nothing is written yet");
    let draft = now.current.draft;
    if (!draft) {
      const where = { interaction_id: place.interaction, case_id: place.case, party_id: place.party };
      const begun = await call<Answered>("POST", "/drafts", { ...where, way: content.way, letter_id: content.answers });
      draft = begun.draft;
      now.current.draft = draft;
    }
    while (now.current.dirty) {
      const writing = now.current.content ?? content;
      now.current.dirty = false;
      const { way: _way, ...fields } = writing;
      try {
        draft = (await call<Answered>("PUT", `/drafts/${segment(draft.id)}`, { version: draft.version, ...fields })).draft;
      } catch (error) {
        now.current.dirty = true;
        throw error;
      }
      now.current.draft = draft;
    }
    sessionStorage.removeItem(keyOf(place));
    const done = draft;
    setHand((before) => ({ ...before, draft: done }));
    setSaved(true);
    setProblem(null);
    return done;
  };

  const settle = useCallback((): Promise<Draft> => {
    clearTimeout(timer.current);
    const next = line.current.then(save, save);
    line.current = next.catch(() => undefined);
    return next;
  }, [address]);

  const later = useCallback((): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      settle().catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        setProblem(error);
      });
    }, SAVE_AFTER_MS);
  }, [settle]);

  // what was written is kept also when its place is left in the middle of a sentence
  useEffect(() => () => {
    clearTimeout(timer.current);
    if (now.current.dirty) settle().catch(() => undefined);
  }, [settle]);

  const change = useCallback((part: Partial<Content>): void => {
    const before = now.current.content;
    if (!before) return;
    const content = { ...before, ...part };
    now.current.content = content;
    now.current.dirty = true;
    sessionStorage.setItem(keyOf(place), JSON.stringify({ draft: now.current.draft?.id ?? null, content } satisfies Local));
    setHand((old) => ({ ...old, content }));
    setSaved(false);
    later();
  }, [address, later]);

  const setFiles = useCallback((files: DraftFile[]): void => setHand((before) => ({ ...before, files })), []);
  const renew = useCallback((): void => setHand((before) => ({ ...before, stamp: before.stamp + 1 })), []);
  return { info, ...hand, saved, problem, change, settle, show, setFiles, renew, latest: () => now.current.content };
}
