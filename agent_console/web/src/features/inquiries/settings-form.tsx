import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../../i18n";
import type { Language } from "../../net/types";
import { Cell, ListCell, Pick, ReadCell, Tick } from "../casework/parts";
import { said } from "./document";
import { Faults, InAll, languageName, Spot, useEditing } from "./parts";
import type { Form } from "./types";

const whole = (least: number, most: number, otherwise: number) => (text: string): number => Math.min(most, Math.max(least, Math.round(Number(text) || otherwise)));

/** What holds for the whole form: its words, where it goes, who may show it, what keeps programs out. */
export function SettingsForm({ change }: { change: (form: Form) => void }) {
  const { t, i18n } = useTranslation();
  const { form, known, writable } = useEditing();
  const set = (more: Partial<Form>): void => change({ ...form, ...more });
  const spoken = (language: Language, on: boolean): void => set({ languages: LANGUAGES.map(({ code }) => code).filter((code) => (code === language ? on : form.languages.includes(code))) });
  const queues = known.queues.map(({ id, label }) => [id, label.en ?? id] as const);
  const into = (language: string, id: string): void => {
    const { [language]: _, ...rest } = form.queues;
    set({ queues: id ? { ...rest, [language]: id } : rest });
  };
  return (
    <div className="inquiry-settings">
      <fieldset className="inquiry-part">
        <legend className="label">{t("inquiries.words")}</legend>
        <div className="row wrap" role="group" aria-label={t("inquiries.languages")}>{LANGUAGES.map(({ code, name }) => <Tick key={code} label={name} value={form.languages.includes(code)} writable={writable} change={(on) => spoken(code, on)} />)}</div>
        <Faults at="/languages" />
        <InAll label={t("inquiries.title")} at="/title" value={form.title} change={(title) => set({ title })} testid="form-title" />
        <InAll label={t("inquiries.intro")} at="/intro" value={form.intro} change={(intro) => set({ intro })} long />
        <InAll label={t("inquiries.thanks")} at="/thanks" value={form.thanks} change={(thanks) => set({ thanks })} long />
      </fieldset>
      <fieldset className="inquiry-part">
        <legend className="label">{t("inquiries.where_to")}</legend>
        <Spot at="/queues" deep>
          <div className="inquiry-cells">
            <Pick label={t("inquiries.queue")} value={form.queues[""] ?? ""} empty={t("inquiries.choose")} options={queues} writable={writable} change={(id) => into("", id)} testid="form-queue" />
            {form.languages.length > 1 && form.languages.map((code) => <Pick key={code} label={t("inquiries.queue_of", { language: languageName(code) })} value={form.queues[code] ?? ""} empty={t("inquiries.same_queue")} options={queues} writable={writable} change={(id) => into(code, id)} />)}
          </div>
        </Spot>
        <div className="inquiry-cells">
          <Spot at="/case_type_id"><Pick label={t("inquiries.case_type")} value={form.case_type_id} empty={t("inquiries.usual_type")} options={known.types.map(({ id, label }) => [id, said(label, i18n.language as Language)] as const)} writable={writable} change={(case_type_id) => set({ case_type_id })} /></Spot>
          <Spot at="/subject"><Cell label={t("inquiries.subject")} value={form.subject} placeholder={t("inquiries.subject_hint")} writable={writable} change={(subject) => set({ subject: subject.slice(0, 200) })} /></Spot>
        </div>
      </fieldset>
      <fieldset className="inquiry-part">
        <legend className="label">{t("inquiries.after")}</legend>
        <Spot at="/receipt"><Tick label={t("inquiries.receipt")} value={form.receipt} writable={writable} change={(receipt) => set({ receipt })} /></Spot>
        <ReadCell narrow mode="decimal" label={t("inquiries.status_days")} value={form.status_days} read={whole(1, 365, 30)} write={String} writable={writable} change={(status_days) => set({ status_days })} />
      </fieldset>
      <fieldset className="inquiry-part">
        <legend className="label">{t("inquiries.guard")}</legend>
        <div className="inquiry-cells">
          <Pick label={t("inquiries.when_caught")} value={form.guard.caught} options={[["mark", t("inquiries.caught_mark")], ["drop", t("inquiries.caught_drop")]]} writable={writable} change={(caught) => set({ guard: { ...form.guard, caught: caught as "mark" | "drop" } })} />
          <ReadCell narrow mode="decimal" label={t("inquiries.least_s")} value={form.guard.least_s} read={whole(0, 60, 0)} write={String} writable={writable} change={(least_s) => set({ guard: { ...form.guard, least_s } })} />
          <ReadCell narrow mode="decimal" label={t("inquiries.place_hourly")} value={form.guard.place_hourly} read={whole(1, 1000, 10)} write={String} writable={writable} change={(place_hourly) => set({ guard: { ...form.guard, place_hourly } })} />
          <ReadCell narrow mode="decimal" label={t("inquiries.form_hourly")} value={form.guard.form_hourly} read={whole(1, 100_000, 500)} write={String} writable={writable} change={(form_hourly) => set({ guard: { ...form.guard, form_hourly } })} />
        </div>
      </fieldset>
      <fieldset className="inquiry-part">
        <legend className="label">{t("inquiries.elsewhere")}</legend>
        <Spot at="/origins" deep><ListCell label={t("inquiries.origins")} value={form.origins} placeholder="https://shop.example" writable={writable} change={(origins) => set({ origins })} testid="form-origins" /></Spot>
      </fieldset>
    </div>
  );
}
