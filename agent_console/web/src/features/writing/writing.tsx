import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Letter } from "../../net/types";
import { serverNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { Button, IconButton } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { sends } from "../../ui/ime";
import { Banner, Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import type { Filled } from "../casework/types";
import { Texts, type TextsPlace } from "../casework/texts";
import { appended, putIn } from "../knowledge/typing";
import { Editor, type EditorHandle } from "./editor";
import { FileList, upload, useComing } from "./files";
import { FromArticles } from "./from-articles";
import { FromHere } from "./from-here";
import { hold } from "./held";
import { Later, Scheduled } from "./later";
import { PeopleField } from "./people-field";
import type { Answered, Content, Draft, Place } from "./types";
import { RICH, useDraft, type InHand } from "./use-draft";
import { isBlank, pictureHtml, toHtml } from "./words";

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

export interface WritingProps {
  place: Place;
  /** Rises when something of the place changed: what colleagues write is asked for anew. */
  version: string;
  texts: TextsPlace;
  lang: string;
  thread?: Letter[];
  /** The words above what is written: to whom. */
  label: string;
  /** Sending may end the work as well. */
  finish?: () => Promise<void>;
  sent: () => void;
  typed?: (text: string) => void;
  handle?: (handle: { focus: () => void; put: (text: string) => void; ask: (letter: string, way: "reply" | "forward") => void }) => void;
  head?: React.ReactNode;
}

/** A letter in the making: to whom, what about, words with or without looks, files; kept as it is written, and sent with a way back. */
export function Writing(props: WritingProps) {
  const hand = useDraft(props.place, props.version);
  if (!hand.content) return hand.info.problem ? <Failure problem={hand.info.problem} retry={hand.info.again} /> : <Bones lines={3} />;
  return <Open {...props} hand={hand} content={hand.content} />;
}

function Open({ place, texts, lang, thread = [], label, finish, sent, typed, handle, head, hand, content }: WritingProps & { hand: InHand; content: Content }) {
  const { t } = useTranslation();
  const me = useDesk().session?.user?.id;
  const id = `reply-${place.interaction ?? place.case ?? place.party ?? ""}`;
  const box = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<EditorHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  const [busy, problem, run] = useBusy();
  const [coming, begin] = useComing();
  const [more, setMore] = useState(false);
  const [slash, setSlash] = useState("");
  const { info, draft, files } = hand;
  const suggested = info.data?.suggested ?? [];
  const customers = info.data?.customers ?? [];
  const strangers = customers.length > 0 ? content.to.filter((each) => !customers.includes(each.toLowerCase())) : [];
  const others = (info.data?.items ?? []).filter((each) => each.owner_id !== me && each.send_at === null);
  const waiting = (info.data?.items ?? []).filter((each) => each.send_at !== null && each.scheduled);
  const whole = content.way !== "reply" || more || content.cc.length + content.bcc.length > 0;

  useEffect(() => typed?.(content.text), [content.text]);
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.focus();
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [content.text]);

  const write = (part: Partial<Content>): void => hand.change(part);
  const writeText = (text: string): void => {
    setSlash(/(?:^|\s)(\/[^\s/]{0,40})$/.exec(text)?.[1] ?? "");
    write({ text, ...(text === "" ? { texts: [] } : {}) });
  };
  const writeHtml = (html: string): void => {
    setSlash(/(?:^|\s)(\/[^\s/]{0,40})$/.exec(editor.current?.before() ?? "")?.[1] ?? "");
    write({ html, text: plainOf(html) });
  };
  const insert = (filled: Filled, shortcut: string): void => {
    const now = hand.latest() ?? content;
    const subject = content.way === "new" && !now.subject && filled.subject ? { subject: filled.subject } : {};
    const used = [...new Set([...now.texts, filled.template_id])];
    setSlash("");
    if (now.rich) {
      write({ texts: used, ...subject });
      editor.current?.put(filled.body.includes("\n") ? toHtml(filled.body) : plainHtml(filled.body), shortcut);
      return;
    }
    const next = putIn(now.text, box.current?.selectionEnd ?? now.text.length, filled.body, shortcut);
    caret.current = next.at;
    write({ text: next.text, texts: used, ...subject });
  };
  const put = (text: string): void => {
    if ((hand.latest() ?? content).rich) editor.current?.append(toHtml(text));
    else write({ text: appended((hand.latest() ?? content).text, text) });
  };
  const focus = (): void => (content.rich ? editor.current?.focus() : box.current?.focus());
  const ask = (letter: string, way: "reply" | "forward"): void => run(async () => {
    if (way === "reply") {
      write({ answers: letter, quote: true });
      focus();
      return;
    }
    const where = { interaction_id: place.interaction, case_id: place.case };
    const made = await call<Answered>("POST", "/drafts", { ...where, way, letter_id: letter });
    hand.show(made.draft);
  });
  useEffect(() => handle?.({ focus, put, ask }));

  const attach = (given: File[]): void => run(async () => {
    const made = await hand.settle();
    let kept = hand.files;
    for (const file of given) {
      const inline = content.rich && PICTURE.test(file.type);
      const way = begin(file.name);
      try {
        const there = await upload(made.id, file, inline, way.told);
        kept = [...kept, there];
        hand.setFiles(kept);
        if (inline) editor.current?.put(pictureHtml(made.id, there.id, file.name));
      } finally {
        way.over();
      }
    }
  });
  const takeAlong = (what: { attachment_id: string } | { article_file_id: string }): void => run(async () => {
    const made = await hand.settle();
    const there = await call<Draft["files"][number]>("POST", `/drafts/${segment(made.id)}/files`, what);
    hand.setFiles([...hand.files, there]);
  });
  const looks = (): void => {
    const rich = !content.rich;
    localStorage.setItem(RICH, rich ? "on" : "off");
    hand.change({ rich, ...(rich ? { html: toHtml(content.text) } : {}) });
    hand.renew();
  };
  const send = (how: { finish?: boolean; at?: string; anyway?: boolean } = {}): void => run(async () => {
    const made = await hand.settle();
    const answer = await call<Answered>("POST", `/drafts/${segment(made.id)}/send`, { version: made.version, at: how.at, anyway: how.anyway ?? false });
    if (how.at) tell("writing.scheduled");
    hold(answer.draft);
    setMore(false);
    hand.show(null, info.data?.blank);
    if (how.finish && finish) {
      await finish();
      return;
    }
    info.again();
    sent();
    const left = (answer.draft.send_at ?? 0) - serverNow();
    if (left < 180) setTimeout(sent, (left + 1.5) * 1000);
  });
  const discard = (): void => run(async () => {
    if (draft) await call("DELETE", `/drafts/${segment(draft.id)}`);
    hand.show(null, info.data?.blank);
    info.again();
  });
  const take = (other: Draft): void => run(async () => {
    hand.show((await call<Answered>("POST", `/drafts/${segment(other.id)}/take`)).draft);
    info.again();
    focus();
  });
  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (!sends(event)) return;
    event.preventDefault();
    if (!idle) send();
  };

  const code = problem?.code ?? "";
  const asksAgain = code.startsWith("letter.crossed") || code === "letter.not_wanted";
  const taken = hand.problem?.code === "draft.taken" || code === "draft.taken";
  const nothing = content.rich ? isBlank(content.html) : content.text.trim() === "" || content.text.trim() === info.data?.blank.text.trim();
  const idle = busy || (nothing && content.way !== "forward" && files.length === 0);
  const begun = draft !== null || !hand.saved;
  return (
    <>
      {others.map((each) => (
        <Banner key={each.id} tone="ring" icon="pen">
          <span className="grow">{t("writing.somebody_writes", { name: each.owner })}</span>
          <Button small icon="pen" isDisabled={busy} onPress={() => take(each)} data-testid="take-draft">{t("writing.take")}</Button>
        </Banner>
      ))}
      {waiting.map((each) => <Scheduled key={each.id} draft={each} zone={info.data?.zone ?? ""} changed={info.again} />)}
      {draft?.problem && <Banner tone="stop" icon="warn"><span>{t("writing.came_back")} {t(`problem.${draft.problem.replaceAll(".", "_")}`, { defaultValue: draft.problem })}</span></Banner>}
      <div className="row writing-head">
        <label className="label grow clip" id={`${id}-label`} htmlFor={content.rich ? undefined : id}>{content.way === "forward" ? t("writing.forward") : label}</label>
        {content.way === "reply" && content.cc.length + content.bcc.length === 0 && <Button small look={whole ? "on" : "quiet"} aria-expanded={whole} onPress={() => setMore(!more)} data-testid="more-fields">{t("writing.more_fields")}</Button>}
      </div>
      {head}
      <div className="writing-people">
        <PeopleField label={t("letter.to")} value={content.to} suggested={suggested} strangers={strangers} change={(to) => write({ to })} testid="to" wide />
        {whole && <PeopleField label={t("letter.cc")} value={content.cc} suggested={suggested} change={(cc) => write({ cc })} testid="cc" />}
        {whole && <PeopleField label={t("writing.bcc")} value={content.bcc} suggested={suggested} change={(bcc) => write({ bcc })} testid="bcc" />}
        {whole && <div className="people-field wide"><label className="people-label" htmlFor={`${id}-subject`}>{t("writing.subject")}</label><input id={`${id}-subject`} className="input grow" value={content.subject} maxLength={500} dir="auto" onChange={(event) => write({ subject: event.target.value })} data-testid="subject" /></div>}
      </div>
      {strangers.length > 0 && <p className="tiny wrong" data-testid="strangers">{t("writing.strangers", { addresses: strangers.join(", ") })}</p>}
      <FileList draft={draft?.id ?? ""} files={files} coming={coming} changed={hand.setFiles} />
      {content.rich ? (
        <Editor ref={editor} id={id} html={content.html} draft={draft?.id ?? ""} stamp={hand.stamp} lang={lang} change={writeHtml} files={attach} keyDown={keyDown} />
      ) : (
        <textarea ref={box} id={id} className="input" rows={4} value={content.text} lang={lang} placeholder={t("letter.reply_hint")} onChange={(event) => writeText(event.target.value)} onKeyDown={keyDown}
          onPaste={(event) => {
            const given = [...event.clipboardData.files];
            if (given.length === 0) return;
            event.preventDefault();
            attach(given);
          }} data-testid="composer" />
      )}
      <div className="row wrap writing-tools">
        <IconButton small icon="format" look={content.rich ? "on" : "quiet"} label={t(content.rich ? "writing.plain" : "writing.rich")} onPress={looks} data-testid="rich" />
        <IconButton small icon="clip" label={t("writing.attach")} isDisabled={busy} onPress={() => picker.current?.click()} data-testid="attach" />
        <input ref={picker} type="file" multiple hidden aria-label={t("writing.attach")} onChange={(event) => { attach([...(event.target.files ?? [])]); event.target.value = ""; }} data-testid="attach-input" />
        <FromHere thread={thread} take={(id) => takeAlong({ attachment_id: id })} />
        <FromArticles case={place.case ?? texts.about} take={(id) => takeAlong({ article_file_id: id })} />
        <Texts {...texts} typed={slash} insert={insert} />
        <span className="grow" />
        {content.answers && content.way === "reply" && <label className="row check tiny"><input type="checkbox" checked={content.quote} onChange={(event) => write({ quote: event.target.checked })} data-testid="quote" />{t("writing.quote_below")}</label>}
        {whole && <label className="row check tiny"><input type="checkbox" checked={content.receipt} onChange={(event) => write({ receipt: event.target.checked })} data-testid="receipt" />{t("writing.receipt")}</label>}
      </div>
      {taken && <Banner tone="ring" icon="pen"><span className="grow">{t("writing.was_taken")}</span><Button small onPress={() => hand.show(null, info.data?.blank)}>{t("writing.leave_it")}</Button></Banner>}
      <div className="row wrap writing-end">
        <Wrong problem={problem ?? (taken ? null : hand.problem)} />
        {asksAgain && <Button small look="stop" icon="send" isDisabled={busy} onPress={() => send({ anyway: true })} data-testid="send-anyway">{t("writing.send_anyway")}</Button>}
        <span className="grow faint tiny" data-testid="draft-state">{begun && !problem ? t(hand.saved ? "writing.kept" : "writing.keeping") : ""}</span>
        {begun && <IconButton small icon="trash" label={t("writing.discard")} isDisabled={busy} onPress={discard} data-testid="discard" />}
        <Later zone={info.data?.zone ?? ""} isDisabled={idle} choose={(at) => send({ at })} />
        {finish && <Button isDisabled={idle} onPress={() => send({ finish: true })} data-testid="send-finish">{t("letter.send_finish")}</Button>}
        <Button look="primary" icon="send" isDisabled={idle} onPress={() => send()} data-testid="send">{t("letter.send")}</Button>
      </div>
    </>
  );
}

const plainHtml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** For suggestions, and for whoever goes back to plain words; what is sent is made plain by the server. */
function plainOf(html: string): string {
  const page = new DOMParser().parseFromString(html.replace(/<(\/p|\/div|\/li|br)\b[^>]*>/g, "$&\n"), "text/html");
  return (page.body.textContent ?? "").replace(/\n{3,}/g, "\n\n").trimEnd();
}
