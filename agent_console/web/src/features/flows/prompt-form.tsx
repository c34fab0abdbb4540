/** A prompt: its name, what it says, and a sound for each language. */
import { useState, type ChangeEvent, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { call, Problem, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { Pill, Wrong } from "../../ui/panes";
import { Field } from "../sla/form-parts";
import { languageName } from "./known";
import { PlayButton } from "./parts";
import { SPOKEN, type PromptDoc } from "./types";

interface Told {
  code?: string;
  params?: Record<string, unknown>;
  request_id?: string;
}

/** A WAV file's bytes are the body itself; it may be large, so there is no deadline but the browser's. */
export async function sendSound(prompt: string, language: Language, file: Blob): Promise<PromptDoc> {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/prompts/${segment(prompt)}/sounds/${language}`, { method: "PUT", body: file, credentials: "same-origin", headers: { "X-Trunkline": "1", "Content-Type": "application/octet-stream", Accept: "application/json" } });
  } catch {
    throw new Problem("network.lost", 0);
  }
  const body: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return body as PromptDoc;
  const { code, params, request_id } = body as Told;
  throw new Problem(code ?? `http.${answer.status}`, answer.status, params, [], request_id);
}

interface TextProps {
  name: string;
  text: string;
  change: (part: { name?: string; text?: string }) => void;
  disabled?: boolean;
}

function Texts({ name, text, change, disabled = false }: TextProps) {
  const { t } = useTranslation();
  return (
    <>
      <Field id="prompt-name" label={t("prompts.name")} value={name} change={(next) => change({ name: next })} />
      <div className="field">
        <label htmlFor="prompt-text">{t("prompts.text")}</label>
        <textarea id="prompt-text" className="input" rows={3} maxLength={2000} value={text} disabled={disabled} placeholder={t("prompts.text_hint")} onChange={(event) => change({ text: event.target.value })} data-testid="prompt-text" />
      </div>
    </>
  );
}

/** A new prompt with the sounds that are at hand. */
export function PromptDialog({ close, made }: { close: () => void; made: (prompt: PromptDoc) => void }) {
  const { t } = useTranslation();
  const [given, set] = useState({ name: "", text: "" });
  const [files, setFiles] = useState<Partial<Record<Language, File>>>({});
  const [kept, keep] = useState<PromptDoc | null>(null); // a sound that is refused does not make it twice
  const [busy, problem, run] = useBusy();
  const chosen = SPOKEN.filter((language) => files[language]);
  const send = async (): Promise<void> => {
    let prompt = kept ?? (await call<PromptDoc>("POST", "/prompts", { ...given, name: given.name.trim() }));
    keep(prompt);
    for (const language of chosen) {
      const file = files[language];
      if (file) prompt = await sendSound(prompt.id, language, file);
    }
    made(prompt);
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    run(send);
  };
  return (
    <Modal title={t("prompts.new")} icon="horn" close={close} cross testid="prompt-dialog">
      <form className="col flow-form" onSubmit={submit}>
        <Texts name={given.name} text={given.text} change={(part) => set({ ...given, ...part })} disabled={kept !== null} />
        <fieldset className="flow-files">
          <legend className="label">{t("prompts.sounds")}</legend>
          {SPOKEN.map((language) => (
            <div key={language} className="row flow-file">
              <span className="small flow-file-name">{languageName(language)}</span>
              <input className="grow small" type="file" accept=".wav,audio/wav,audio/x-wav" aria-label={t("prompts.file_for", { language: languageName(language) })} onChange={(event) => setFiles({ ...files, [language]: event.target.files?.[0] })} data-testid={`prompt-file-${language}`} />
            </div>
          ))}
          <p className="tiny faint">{t("prompts.rules")}</p>
        </fieldset>
        <Wrong problem={problem} />
        <div className="row dialog-end">
          <span className="grow" />
          <Button look="quiet" isDisabled={busy} onPress={close}>{t("flows.cancel")}</Button>
          <Button type="submit" look="primary" icon="check" isDisabled={busy || !given.name.trim() || chosen.length === 0} data-testid="prompt-make">{t("prompts.make")}</Button>
        </div>
      </form>
    </Modal>
  );
}

interface Props {
  prompt: PromptDoc;
  writable: boolean;
  changed: (prompt: PromptDoc) => void;
  gone: () => void;
}

/** One that is there: rename it, hear it, put another sound in its place. */
export function PromptForm({ prompt, writable, changed, gone }: Props) {
  const { t } = useTranslation();
  const [given, set] = useState({ name: prompt.name, text: prompt.text });
  const [busy, problem, run] = useBusy();
  const [asks, ask] = useState(false);
  const path = `/prompts/${segment(prompt.id)}`;
  const dirty = given.name !== prompt.name || given.text !== prompt.text;
  const tag = { "If-Match": `"${prompt.row_version}"` };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<PromptDoc>("PUT", path, { ...given, name: given.name.trim() }, tag).then(changed));
  };
  return (
    <form className="panel form" onSubmit={save} data-testid="prompt-form">
      <h2 className="pane-title">{prompt.name}</h2>
      {writable ? <Texts name={given.name} text={given.text} change={(part) => set({ ...given, ...part })} /> : prompt.text && <p className="flow-said">{prompt.text}</p>}
      <section aria-labelledby="prompt-sounds" className="col">
        <h3 className="label" id="prompt-sounds">{t("prompts.sounds")}</h3>
        <ul className="lines">{SPOKEN.map((language) => <Sound key={language} prompt={prompt} language={language} writable={writable} changed={changed} />)}</ul>
        {writable && <p className="tiny faint">{t("prompts.rules")}</p>}
      </section>
      <p className="small soft">{prompt.used_by.length > 0 ? t("prompts.used_by", { flows: prompt.used_by.join(", ") }) : t("prompts.unused")}</p>
      <Wrong problem={problem} />
      {writable && (
        <div className="row">
          <Button type="submit" look="primary" icon="check" isDisabled={busy || !dirty || !given.name.trim()} data-testid="prompt-save">{t("prompts.save")}</Button>
          <span className="grow" />
          {asks ? <Button look="stop" icon="trash" isDisabled={busy} onPress={() => run(() => call("DELETE", path, undefined, tag).then(gone))} data-testid="prompt-remove-sure">{t("prompts.remove_sure")}</Button>
            : <Button look="quiet" icon="trash" isDisabled={busy || prompt.used_by.length > 0} onPress={() => ask(true)} data-testid="prompt-remove">{t("prompts.remove")}</Button>}
        </div>
      )}
    </form>
  );
}

function Sound({ prompt, language, writable, changed }: { prompt: PromptDoc; language: Language; writable: boolean; changed: (prompt: PromptDoc) => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const sound = prompt.sounds.find((each) => each.language === language);
  const name = languageName(language);
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file) run(() => sendSound(prompt.id, language, file).then(changed));
  };
  const remove = (): void => run(() => call<PromptDoc>("DELETE", `/prompts/${segment(prompt.id)}/sounds/${language}`).then(changed));
  return (
    <li className="line wrap" data-testid={`sound-${language}`}>
      <span className="flow-file-name">{name}</span>
      <span className="row grow">{sound ? <><PlayButton prompt={prompt.id} sound={sound} named={false} /><span className="num soft">{duration(sound.seconds)}</span></> : <Pill tone="ring" icon="warn">{t("prompts.lacks")}</Pill>}</span>
      {writable && (
        <span className="row">
          {busy && <span className="tiny faint" role="status">{t("prompts.uploading")}</span>}
          <label className="btn small file-button"><Icon name="arrowIn" size={16} />{t(sound ? "prompts.replace" : "prompts.upload")}<input className="vh" type="file" accept=".wav,audio/wav,audio/x-wav" aria-label={t("prompts.file_for", { language: name })} disabled={busy} onChange={choose} data-testid={`sound-file-${language}`} /></label>
          {sound && <IconButton small icon="trash" label={t("prompts.remove_sound", { language: name })} isDisabled={busy} onPress={remove} data-testid={`sound-remove-${language}`} />}
        </span>
      )}
      <Wrong problem={problem} />
    </li>
  );
}
