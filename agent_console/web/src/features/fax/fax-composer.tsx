import { useId, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { size } from "../../format";
import { call } from "../../net/api";
import type { Item } from "../../net/types";
import { LANGUAGES } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Texts, textsOf } from "../casework/texts";
import { newKey } from "../interaction/drafts";
import { keepDraft, readDraft } from "../interaction/typed";
import { putIn } from "../knowledge/typing";
import { base64, type Faxes } from "./fax";

interface Props {
  /** Where it is posted to. */
  path: string;
  /** Under what its words are kept until they are sent. */
  draft: string;
  faxes: Faxes;
  sent: () => void;
  /** The contact in which it is written: its texts can be put in. */
  item?: Item;
  subject?: string;
}

/** A fax: to which number, what the cover page says, and what goes behind it. */
export function FaxComposer({ path, draft, faxes, sent, item, subject = "" }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const [to, setTo] = useState(faxes.numbers[0] ?? "");
  const [name, setName] = useState(faxes.name);
  const [about, setAbout] = useState(subject);
  const [language, setLanguage] = useState("");
  const [cover, setCover] = useState(true);
  const [text, setText] = useState(() => readDraft(draft).text);
  const [files, setFiles] = useState<File[]>([]);
  const key = useRef(newKey());
  const [busy, problem, run] = useBusy();
  const changed = (): void => { key.current = newKey(); };
  const write = (words: string): void => {
    setText(words);
    keepDraft(draft, { text: words, idempotencyKey: "" });
    changed();
  };
  const empty = to.trim() === "" || (files.length === 0 && (!cover || text.trim() === ""));
  const send = (): void => run(async () => {
    const attached = await Promise.all(files.map(async (each) => ({ name: each.name.slice(0, 200), base64: await base64(each) })));
    await call("POST", path, { to, name, subject: about, text: cover ? text : "", cover, language, files: attached }, { "Idempotency-Key": key.current });
    write("");
    setFiles([]);
    tell("fax.on_its_way");
    sent();
  });
  return (
    <section className="composer fax-composer" aria-label={t("fax.write")} data-testid="fax-composer">
      <div className="fax-fields">
        <Field label={t("fax.to")} id={`${id}-to`}>
          <input id={`${id}-to`} className="input num" type="tel" list={`${id}-numbers`} maxLength={40} value={to} onChange={(event) => { setTo(event.target.value); changed(); }} data-testid="fax-to" />
          <datalist id={`${id}-numbers`}>{faxes.numbers.map((each) => <option key={each} value={each} />)}</datalist>
        </Field>
        {cover && <>
          <Field label={t("fax.name")} id={`${id}-name`}><input id={`${id}-name`} className="input" maxLength={200} value={name} onChange={(event) => { setName(event.target.value); changed(); }} /></Field>
          <Field label={t("fax.subject")} id={`${id}-subject`}><input id={`${id}-subject`} className="input" maxLength={200} value={about} onChange={(event) => { setAbout(event.target.value); changed(); }} data-testid="fax-subject" /></Field>
          <Field label={t("fax.language")} id={`${id}-language`}>
            <select id={`${id}-language`} className="input" value={language} onChange={(event) => { setLanguage(event.target.value); changed(); }}>
              <option value="">{t("fax.their_language")}</option>
              {LANGUAGES.map((each) => <option key={each.code} value={each.code} lang={each.code}>{each.name}</option>)}
            </select>
          </Field>
        </>}
      </div>
      {cover && <textarea className="input" rows={4} value={text} maxLength={20_000} aria-label={t("fax.words")} placeholder={t("fax.words")} onChange={(event) => write(event.target.value)} data-testid="fax-text" />}
      {cover && item && <Texts {...textsOf(item, "fax")} typed="" insert={(filled) => write(putIn(text, text.length, filled.body, "").text)} />}
      {files.length > 0 && <ul className="fax-files">{files.map((each, place) => (
        <li key={`${each.name}${place}`} className="row"><Icon name="clip" size={15} /><bdi className="clip">{each.name}</bdi><span className="faint tiny num">{size(each.size)}</span><IconButton small icon="cross" label={t("fax.take_out", { name: each.name })} onPress={() => { setFiles(files.filter((_, at) => at !== place)); changed(); }} /></li>
      ))}</ul>}
      <div className="row wrap">
        <input ref={picker} type="file" hidden multiple accept=".pdf,.png,.jpg,.jpeg,.tif,.tiff" onChange={(event) => { setFiles([...files, ...(event.target.files ?? [])].slice(0, 10)); event.target.value = ""; changed(); }} data-testid="fax-files" />
        <Button small look="quiet" icon="clip" onPress={() => picker.current?.click()}>{t("fax.attach")}</Button>
        <label className="tick small"><input type="checkbox" checked={cover} onChange={(event) => { setCover(event.target.checked); changed(); }} />{t("fax.with_cover")}</label>
        <span className="grow"><Wrong problem={problem} /></span>
        <Button look="primary" icon="send" isDisabled={busy || empty} onPress={send} data-testid="fax-send">{t("fax.send")}</Button>
      </div>
    </section>
  );
}

function Field({ label, id, children }: { label: string; id: string; children: ReactNode }) {
  return <div className="cell"><label className="label" htmlFor={id}>{label}</label>{children}</div>;
}
