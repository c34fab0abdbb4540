import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { go } from "../../route";
import { useNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Modal } from "../../ui/modal";
import { Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import { Choice, Field } from "../sla/form-parts";
import { template } from "./document";
import { languageName } from "./parts";
import type { FormBrief, FormDoc, Known, Words } from "./types";
import "../../styles/inquiries.css";

export const formAddress = (id: string): string => `/admin/forms/${segment(id)}`;

/** `/admin/forms`: what visitors fill in, what came of it, what was caught. */
export default function FormsPage() {
  const { t } = useTranslation();
  const writable = useDesk().session.user.role === "admin";
  const { data, problem, again } = useResource("inquiry forms", () => call<{ items: FormBrief[] }>("GET", "/inquiry-forms"));
  const [makes, make] = useState(false);
  const [removes, setRemoves] = useState<FormBrief | null>(null);
  const [busy, wrong, run] = useBusy();
  const remove = (form: FormBrief): void => run(() => call("DELETE", `/inquiry-forms/${segment(form.id)}`, undefined, { "If-Match": `"${form.row_version}"` }).then(() => {
    setRemoves(null);
    again();
  }));
  return (
    <main className="records-page scroll" aria-label={t("page.inquiry_forms")} data-testid="forms-page">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="form" size={20} />{t("page.inquiry_forms")}</h1>
        <span className="grow" />
        {writable && <Button look="primary" icon="plus" onPress={() => make(true)} data-testid="form-new">{t("inquiries.new")}</Button>}
      </header>
      <div className="inquiries-list">
        {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />) : data.items.length === 0 ? (
          <Empty icon="form" title={t("inquiries.none")}><p>{t("inquiries.none_text")}</p></Empty>
        ) : (
          <div className="inquiries-frame">
            <table className="inquiries-table">
              <thead><tr><th scope="col">{t("inquiries.name")}</th><th scope="col">{t("inquiries.state")}</th><th scope="col">{t("inquiries.languages")}</th><th scope="col">{t("inquiries.received")}</th><th scope="col">{t("inquiries.caught")}</th><th scope="col">{t("inquiries.updated")}</th>{writable && <th><span className="vh">{t("inquiries.actions")}</span></th>}</tr></thead>
              <tbody>{data.items.map((form) => <Row key={form.id} form={form} writable={writable} busy={busy} remove={() => setRemoves(form)} />)}</tbody>
            </table>
          </div>
        )}
        {data && data.items.length > 0 && <p className="small soft">{t("inquiries.counted")}</p>}
      </div>
      {makes && <NewForm close={() => make(false)} />}
      {removes && (
        <Modal title={t("inquiries.remove_title", { name: removes.name })} icon="trash" close={() => setRemoves(null)} alert size="small" testid="form-remove">
          <p className="soft">{t("inquiries.remove_text")}</p>
          <Wrong problem={wrong} />
          <div className="row dialog-end"><span className="grow" /><Button look="quiet" isDisabled={busy} onPress={() => setRemoves(null)}>{t("inquiries.cancel")}</Button><Button look="stop" icon="trash" isDisabled={busy} onPress={() => remove(removes)} data-testid="form-remove-sure">{t("inquiries.remove")}</Button></div>
        </Modal>
      )}
    </main>
  );
}

/** Whether visitors see it. */
export function FormState({ form, dirty = false }: { form: Pick<FormBrief, "published" | "changed">; dirty?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className="row inquiry-state">
      {form.published === null ? <Pill tone="mute" icon="pen">{t("inquiries.draft_only")}</Pill> : <Pill tone="go" icon="check">{t("inquiries.version_live", { version: form.published })}</Pill>}
      {dirty ? <Pill tone="ring" icon="pen">{t("inquiries.unsaved")}</Pill> : form.published !== null && form.changed && <Pill tone="ring" icon="pen">{t("inquiries.draft_differs")}</Pill>}
    </span>
  );
}

function Row({ form, writable, busy, remove }: { form: FormBrief; writable: boolean; busy: boolean; remove: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const caught = Object.entries(form.caught);
  return (
    <tr data-testid={`form-${form.key}`}>
      <th scope="row"><Link to={formAddress(form.id)} className="grid-main" dir="auto">{form.name}</Link><span className="tiny faint num inquiry-key">/forms/{form.key}</span></th>
      <td><FormState form={form} /></td>
      <td className="small">{form.languages.map(languageName).join(" · ")}</td>
      <td className="num">{form.received}{form.suspected > 0 && <span className="faint small"> {t("inquiries.of_them_suspected", { count: form.suspected })}</span>}</td>
      <td className="small">{caught.length === 0 ? <span className="faint">—</span> : caught.map(([reason, count]) => t("inquiries.caught_of", { reason: t(`inquiries.reason_${reason}`), count })).join(" · ")}</td>
      <td className="num faint">{moment(form.updated_at, now, i18n.language as Language)}</td>
      {writable && <td className="inquiries-actions"><IconButton small icon="trash" label={form.published !== null ? t("inquiries.withdraw_first") : t("inquiries.remove_named", { name: form.name })} isDisabled={busy || form.published !== null} onPress={remove} /></td>}
    </tr>
  );
}

function NewForm({ close }: { close: () => void }) {
  const { t, i18n } = useTranslation();
  const known = useResource("inquiry known", () => call<Known>("GET", "/inquiry-forms/known"));
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [queue, setQueue] = useState("");
  const [busy, problem, run] = useBusy();
  const queues = known.data?.queues ?? [];
  const into = queue || (queues[0]?.id ?? "");
  const words = (of: string): Words => Object.fromEntries((["en", "zh-TW", "zh-CN"] as const).map((lng) => [lng, STARTING[lng][of] ?? ""]));
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<FormDoc>("POST", "/inquiry-forms", { key: key || suggested(name), name: name.trim(), document: template(into, words) }).then((made) => void go(formAddress(made.id))));
  };
  return (
    <Modal title={t("inquiries.new")} icon="form" close={close} cross testid="new-form">
      <form className="col inquiry-dialog" onSubmit={send} lang={i18n.language}>
        <Field id="form-new-name" label={t("inquiries.name")} value={name} placeholder={t("inquiries.name_hint")} change={setName} />
        <Field id="form-new-key" label={t("inquiries.key")} value={key || suggested(name)} change={(text) => setKey(keyed(text))} />
        <p className="tiny faint num">/forms/{key || suggested(name)}</p>
        <Choice id="form-new-queue" label={t("inquiries.queue")} value={into} change={setQueue}>{queues.map((each) => <option key={each.id} value={each.id}>{each.label.en}</option>)}</Choice>
        <Wrong problem={problem ?? known.problem} />
        <div className="row dialog-end"><span className="grow" /><Button look="quiet" isDisabled={busy} onPress={close}>{t("inquiries.cancel")}</Button><Button type="submit" look="primary" icon="check" isDisabled={busy || !name.trim() || !into} data-testid="form-make">{t("inquiries.make")}</Button></div>
      </form>
    </Modal>
  );
}

export const keyed = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 40);
const suggested = (name: string): string => keyed(name).replace(/-+$/, "") || "contact";

/** What visitors read in a new form, until somebody writes it otherwise: in their languages, not in the administrator's. */
const STARTING: Record<Language, Record<string, string>> = {
  en: { title: "Contact us", intro: "Tell us what we can do for you.", thanks: "We answer as soon as we can.", name: "Your name", email: "Your e-mail address", message: "Your message", files: "Files" },
  "zh-TW": { title: "聯絡我們", intro: "請告訴我們能為您做些什麼。", thanks: "我們會盡快回覆您。", name: "您的姓名", email: "您的電子信箱", message: "您的訊息", files: "附件" },
  "zh-CN": { title: "联系我们", intro: "请告诉我们能为您做些什么。", thanks: "我们会尽快回复您。", name: "您的姓名", email: "您的电子邮箱", message: "您的留言", files: "附件" },
};
