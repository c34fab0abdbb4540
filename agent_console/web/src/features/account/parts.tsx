/** What the pages about accounts share: a labelled input, a question before what cannot be taken back, a secret to copy. */
import { useId, useState, type InputHTMLAttributes, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, type Look } from "../../ui/button";
import type { IconName } from "../../ui/icon";
import { tell } from "../../ui/toasts";

interface LineProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  label: string;
  value: string;
  change: (value: string) => void;
  hint?: string;
  testid: string;
}

export function Line({ label, value, change, hint, testid, ...rest }: LineProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...rest} id={id} className="input" value={value} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => change(event.target.value)} data-testid={testid} />
      {hint && <span id={`${id}-hint`} className="tiny faint">{hint}</span>}
    </div>
  );
}

export function Choose({ label, value, change, children, testid }: { label: string; value: string; change: (value: string) => void; children: ReactNode; testid: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => change(event.target.value)} data-testid={testid}>{children}</select>
    </div>
  );
}

/** A heading, what it is about, and its contents. */
export function Section({ title, text, children, testid }: { title: string; text?: string; children: ReactNode; testid?: string }) {
  const id = useId();
  return (
    <section className="account-part" aria-labelledby={id} data-testid={testid}>
      <h3 id={id}>{title}</h3>
      {text && <p className="small soft">{text}</p>}
      {children}
    </section>
  );
}

interface SureProps {
  words: string;
  question: string;
  icon: IconName;
  look?: Look;
  disabled?: boolean;
  act: () => void;
  testid: string;
}

/** Two presses for what cannot be taken back: the second one says what it does. */
export function Sure({ words, question, icon, look = "plain", disabled, act, testid }: SureProps) {
  const { t } = useTranslation();
  const [asked, ask] = useState(false);
  if (!asked) return <Button small icon={icon} look={look} isDisabled={disabled ?? false} onPress={() => ask(true)} data-testid={testid}>{words}</Button>;
  return (
    <span className="sure" role="group" aria-label={question}>
      <span className="small strong">{question}</span>
      <Button small look="stop" autoFocus isDisabled={disabled ?? false} onPress={() => { ask(false); act(); }} data-testid={`${testid}-sure`}>{words}</Button>
      <Button small look="quiet" onPress={() => ask(false)}>{t("account.leave")}</Button>
    </span>
  );
}

/** Something shown this one time. */
export function Copied({ text, label, testid }: { text: string; label: string; testid: string }) {
  const { t } = useTranslation();
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => tell("account.copied"));
  return (
    <div className="copied">
      <code aria-label={label} tabIndex={0} data-testid={testid}>{text}</code>
      {window.isSecureContext && <Button small onPress={copy}>{t("account.copy")}</Button>}
    </div>
  );
}
