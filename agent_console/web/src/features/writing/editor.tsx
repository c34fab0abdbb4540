import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../ui/button";
import { composing } from "../../ui/ime";
import type { IconName } from "../../ui/icon";
import { isBlank, keptFrom, linkOf, shownIn } from "./words";

export interface EditorHandle {
  focus: () => void;
  /** HTML where the caret is; the shortcut right before it goes. */
  put: (html: string, shortcut?: string) => void;
  append: (html: string) => void;
  /** The text right before the caret. */
  before: () => string;
}

interface Props {
  ref: Ref<EditorHandle>;
  id: string;
  html: string;
  draft: string;
  stamp: number;
  lang: string;
  change: (html: string) => void;
  files: (files: File[]) => void;
  keyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

const TOOLS: readonly { name: string; command: string; value?: string; icon: IconName }[] = [
  { name: "bold", command: "bold", icon: "bold" },
  { name: "italic", command: "italic", icon: "italic" },
  { name: "points", command: "insertUnorderedList", icon: "list" },
  { name: "numbers", command: "insertOrderedList", icon: "numbers" },
  { name: "quote", command: "formatBlock", value: "blockquote", icon: "quote" },
];

/** Words with looks: what the browser's own editing can do, kept to what a letter may have. The server cleans whatever comes out of it. */
export function Editor({ ref, id, html, draft, stamp, lang, change, files, keyDown }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const place = useRef<Range | null>(null);
  const [linking, setLinking] = useState<string | null>(null);
  const [blank, setBlank] = useState(isBlank(html));
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.innerHTML = shownIn(draft, html);
    setBlank(isBlank(html));
    // what is shown anew is the words' own business; typing never comes back here
  }, [stamp]);
  useEffect(() => {
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand("styleWithCSS", false, "false");
  }, []);
  const told = (): void => {
    const now = keptFrom(box.current?.innerHTML ?? "");
    setBlank(isBlank(now));
    change(now);
  };
  const remember = (): void => {
    const selection = window.getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    if (range && box.current?.contains(range.commonAncestorContainer)) place.current = range.cloneRange();
  };
  const back = (): void => {
    const selection = window.getSelection();
    const there = selection?.rangeCount && box.current?.contains(selection.getRangeAt(0).commonAncestorContainer);
    if (document.activeElement !== box.current) box.current?.focus();
    // a caret that is there already is left alone: setting it anew forgets that bold was just switched on or off
    if (there || !selection || !place.current) return;
    selection.removeAllRanges();
    selection.addRange(place.current);
  };
  const act = (command: string, value?: string): void => {
    back();
    const on = command === "formatBlock" && place.current?.startContainer.parentElement?.closest("blockquote");
    document.execCommand(on ? "outdent" : command, false, value);
    remember();
    told();
  };
  useImperativeHandle(ref, () => ({
    focus: back,
    put: (more, shortcut = "") => {
      back();
      const selection = window.getSelection();
      for (let i = 0; i < shortcut.length; i += 1) selection?.modify("extend", "backward", "character");
      document.execCommand("insertHTML", false, more);
      remember();
      told();
    },
    append: (more) => {
      if (!box.current) return;
      if (isBlank(box.current.innerHTML)) box.current.innerHTML = "";
      box.current.insertAdjacentHTML("beforeend", more);
      told();
    },
    before: () => {
      const range = window.getSelection()?.rangeCount ? window.getSelection()?.getRangeAt(0) : null;
      return range?.startContainer.nodeType === Node.TEXT_NODE ? (range.startContainer.textContent ?? "").slice(0, range.startOffset) : "";
    },
  }));
  const link = (): void => {
    const address = linking === null ? null : linkOf(linking);
    setLinking(null);
    back();
    if (!address) return;
    if (window.getSelection()?.isCollapsed) document.execCommand("insertHTML", false, `<a href="${address.replaceAll('"', "%22")}">${address.replaceAll("<", "&lt;")}</a>`);
    else document.execCommand("createLink", false, address);
    told();
  };
  return (
    <div className="editor">
      <div className="editor-tools" role="toolbar" aria-label={t("writing.looks")} onMouseDown={(event) => event.preventDefault()}>
        {TOOLS.map((tool) => <IconButton key={tool.name} small icon={tool.icon} label={t(`writing.${tool.name}`)} onPress={() => act(tool.command, tool.value)} data-testid={`look-${tool.name}`} />)}
        <IconButton small icon="link" label={t("writing.link")} onPress={() => { remember(); setLinking(linking === null ? "" : null); }} data-testid="look-link" />
      </div>
      {linking !== null && (
        <input className="input" autoFocus value={linking} placeholder="https://" aria-label={t("writing.link_to")} onChange={(event) => setLinking(event.target.value)} onBlur={link}
          onKeyDown={(event) => {
            if (composing(event) || !["Enter", "Escape"].includes(event.key)) return;
            event.preventDefault();
            if (event.key === "Escape") setLinking(null);
            else link();
          }} data-testid="link-address" />
      )}
      <div ref={box} id={id} className={`input rich${blank ? " blank" : ""}`} contentEditable suppressContentEditableWarning role="textbox" aria-multiline="true" aria-labelledby={`${id}-label`} tabIndex={0} lang={lang}
        data-placeholder={t("letter.reply_hint")} onInput={told} onKeyUp={remember} onMouseUp={remember} onBlur={remember} onKeyDown={keyDown}
        onPaste={(event) => {
          event.preventDefault();
          const given = [...event.clipboardData.files];
          if (given.length > 0) files(given);
          else document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
          remember();
        }}
        onDrop={(event) => {
          if (event.dataTransfer.files.length === 0) return;
          event.preventDefault();
          files([...event.dataTransfer.files]);
        }} data-testid="composer" />
    </div>
  );
}
