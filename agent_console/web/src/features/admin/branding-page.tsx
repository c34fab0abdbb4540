import { useState, type ChangeEvent, type CSSProperties, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useResource, type Resource } from "../../store/resource";
import { setCentre, wearColours } from "../../ui/brand";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Unsaved, useHold } from "../../ui/unsaved";
import { useHere } from "../shell/here";
import { Field } from "../sla/form-parts";
import { isColour, sendLogo, written, type BrandingDoc, type Draft, type Shades, type Themes } from "./branding";

/** `/admin/branding`: how the organisation shows itself, in the console and to its customers. */
export default function BrandingPage() {
  const { t } = useTranslation();
  const { place } = useHere();
  const { data, problem, again } = useResource("branding", () => call<BrandingDoc>("GET", "/branding"));
  const [newer, setNewer] = useState<BrandingDoc | null>(null);
  const kept = newer ?? data;
  const changed = (doc: BrandingDoc): void => {
    setNewer(doc);
    setCentre({ name: doc.name || doc.settings_name, logo: doc.logo });
    wearColours();
    tell("branding.saved");
  };
  return (
    <main className="records-page scroll" aria-label={t("page.branding")} data-testid="branding">
      <header className="page-head"><h1 className="page-title row"><Icon name="building" size={20} />{t("page.branding")}</h1></header>
      {!kept ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>) : <Unsaved path={place.path}><Form kept={kept} changed={changed} /></Unsaved>}
    </main>
  );
}

function Form({ kept, changed }: { kept: BrandingDoc; changed: (doc: BrandingDoc) => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => written(kept));
  const [busy, problem, run] = useBusy();
  const set = (change: Partial<Draft>): void => setDraft((now) => ({ ...now, ...change }));
  const shades = useShades(draft);
  const dirty = JSON.stringify(draft) !== JSON.stringify(written(kept));
  useHold(dirty);
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<BrandingDoc>("PUT", "/branding", draft).then((doc) => { setDraft(written(doc)); changed(doc); }));
  };
  return (
    <div className="brand-page">
      <form className="panel brand-form" onSubmit={save}>
        <Field id="brand-name" label={t("branding.name")} value={draft.name} placeholder={kept.settings_name} change={(name) => set({ name })} />
        <div className="field">
          <label htmlFor="brand-address">{t("branding.address")}</label>
          <textarea id="brand-address" className="input" rows={3} maxLength={500} value={draft.address} onChange={(event) => set({ address: event.target.value })} data-testid="brand-address" />
        </div>
        <Field id="brand-phone" label={t("branding.phone")} type="tel" value={draft.phone} change={(phone) => set({ phone })} />
        <p className="tiny faint">{t("branding.shown_where")}</p>
        <Colour id="brand-accent" label={t("branding.accent")} value={draft.accent} change={(accent) => set({ accent, ...(accent ? {} : { accent_dark: null }) })} none={t("branding.accent_own")} />
        {draft.accent && <Colour id="brand-accent-dark" label={t("branding.accent_dark")} value={draft.accent_dark} change={(accent_dark) => set({ accent_dark })} none={t("branding.accent_derived")} derived={shades.data?.dark.accent} />}
        <Wrong problem={problem} />
        <div className="row">
          <Button type="submit" look="primary" icon="check" isDisabled={busy || !dirty} data-testid="brand-save">{t("branding.save")}</Button>
          {dirty && <Button look="quiet" isDisabled={busy} onPress={() => setDraft(written(kept))}>{t("branding.discard")}</Button>}
        </div>
      </form>
      <div className="brand-side">
        <Logo kept={kept} changed={changed} />
        <Preview shades={shades} take={set} />
      </div>
    </div>
  );
}

interface ColourProps {
  id: string;
  label: string;
  value: string | null;
  change: (value: string | null) => void;
  /** What holds without one. */
  none: string;
  /** What that is. */
  derived?: string | undefined;
}

const FIRST = "#0b6b62";

function Colour({ id, label, value, change, none, derived = FIRST }: ColourProps) {
  const { t } = useTranslation();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="brand-colour">
        <input type="color" aria-label={t("branding.pick", { label })} value={isColour(value) ? value : derived} onChange={(event) => change(event.target.value)} />
        <input id={id} className="input" value={value ?? ""} placeholder="#rrggbb" maxLength={7} spellCheck={false} onChange={(event) => change(event.target.value.trim() || null)} data-testid={id} />
        {value === null ? <span className="small faint">{none}</span> : <Button small look="quiet" icon="undo" onPress={() => change(null)}>{t("branding.take_back")}</Button>}
      </div>
    </div>
  );
}

function Logo({ kept, changed }: { kept: BrandingDoc; changed: (doc: BrandingDoc) => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file) run(() => sendLogo(file).then(changed));
  };
  return (
    <section className="panel brand-side" aria-labelledby="brand-logo">
      <h2 className="label" id="brand-logo">{t("branding.logo")}</h2>
      <div className="brand-logo">{kept.logo ? <img src={kept.logo} alt={t("branding.logo")} data-testid="brand-logo" /> : <span className="small faint">{t("branding.no_logo")}</span>}</div>
      <p className="tiny faint">{t("branding.logo_rules")}</p>
      <Wrong problem={problem} />
      <div className="row">
        <label className="btn small file-button"><Icon name="plus" size={16} />{t("branding.logo_choose")}<input className="vh" type="file" accept="image/png,image/jpeg,image/webp" disabled={busy} onChange={choose} data-testid="brand-logo-file" /></label>
        {kept.logo && <Button small look="quiet" icon="trash" isDisabled={busy} onPress={() => run(() => call<BrandingDoc>("DELETE", "/branding/logo").then(changed))} data-testid="brand-logo-remove">{t("branding.logo_remove")}</Button>}
      </div>
    </section>
  );
}

/** What would become of the colours that are written; nothing while one is half written. */
function useShades({ accent, accent_dark: dark }: Draft): Resource<Themes> {
  const asked = isColour(accent) && (dark === null || isColour(dark)) ? `/branding/shades?${new URLSearchParams({ accent, ...(dark ? { accent_dark: dark } : {}) }).toString()}` : null;
  return useResource(asked, () => call<Themes>("GET", asked ?? ""));
}

/** How words and buttons will look, on light and on dark grounds; what cannot be read is said before it is kept. */
function Preview({ shades: { data, problem }, take }: { shades: Resource<Themes>; take: (change: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const suggested = problem?.code === "branding.contrast" ? String(problem.params["suggested"]) : null;
  return (
    <section className="panel brand-side" aria-labelledby="brand-preview">
      <h2 className="label" id="brand-preview">{t("branding.preview")}</h2>
      <Wrong problem={problem} />
      {suggested && <div className="row"><Button small icon="check" onPress={() => take(problem?.params["theme"] === "dark" ? { accent_dark: suggested } : { accent: suggested })} data-testid="brand-suggested">{t("branding.use", { colour: suggested })}</Button></div>}
      {!problem && (["light", "dark"] as const).map((theme) => <Sample key={theme} theme={theme} shades={data?.[theme]} />)}
    </section>
  );
}

function Sample({ theme, shades }: { theme: "light" | "dark"; shades: Shades | undefined }) {
  const { t } = useTranslation();
  const own = shades ? { "--accent": shades.accent, "--accent-strong": shades.strong, "--accent-soft": shades.soft, "--on-accent": shades.on } : {};
  return (
    <div className={`brand-sample ${theme}`} style={own as CSSProperties} data-testid={`brand-${theme}`}>
      <span className="tiny faint">{t(`branding.on_${theme}`)}</span>
      <span className="row wrap"><span className="brand-button">{t("branding.sample_button")}</span><span className="brand-button over">{t("branding.sample_over")}</span></span>
      <span className="row wrap"><span className="brand-link">{t("branding.sample_link")}</span><span className="brand-soft">{t("branding.sample_soft")}</span></span>
    </div>
  );
}
