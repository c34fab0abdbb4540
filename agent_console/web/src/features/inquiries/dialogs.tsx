/** What is asked about a whole form: publish it, show it elsewhere, take an old version back. */
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Field } from "../sla/form-parts";
import type { FormBrief, FormDoc, VersionBrief } from "./types";

export function PublishDialog({ kept, warnings, close, publish }: { kept: FormBrief; warnings: number; close: () => void; publish: (note: string) => Promise<unknown> }) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const [busy, problem, run] = useBusy();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => publish(note.trim()).then(close));
  };
  return (
    <Modal title={t("inquiries.publish_title", { name: kept.name })} icon="send" close={close} cross testid="publish-form">
      <form className="col inquiry-dialog" onSubmit={send}>
        <p className="soft small">{t(kept.published === null ? "inquiries.publish_first" : "inquiries.publish_text")}</p>
        {warnings > 0 && <p className="inquiry-fault warning small"><Icon name="info" size={16} /><span>{t("inquiries.publish_warnings", { count: warnings })}</span></p>}
        <Field id="publish-note" label={t("inquiries.note")} value={note} placeholder={t("inquiries.note_hint")} change={(text) => setNote(text.slice(0, 500))} />
        <Wrong problem={problem} />
        <div className="row dialog-end"><span className="grow" /><Button look="quiet" isDisabled={busy} onPress={close}>{t("inquiries.cancel")}</Button><Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="publish-form-do">{t("inquiries.publish")}</Button></div>
      </form>
    </Modal>
  );
}

/** Its address, and the lines that show it within another site's page. */
export function ShareDialog({ form, close }: { form: FormDoc; close: () => void }) {
  const { t } = useTranslation();
  const origin = new URL(form.address).origin;
  const script = `<script src="${origin}/forms.js" data-form="${form.key}" async></script>\n<noscript><a href="${form.address}">${form.name}</a></noscript>`;
  return (
    <Modal title={t("inquiries.share")} icon="link" close={close} cross light testid="share-form">
      <div className="col inquiry-dialog">
        <Copied label={t("inquiries.address")} text={form.address} />
        <p><a href={form.address} target="_blank" rel="noopener">{t("inquiries.open_page")}</a></p>
        <Copied label={t("inquiries.snippet")} text={script} />
        <p className="small soft">{form.document.origins.length > 0 ? t("inquiries.snippet_on", { sites: form.document.origins.join(", ") }) : t("inquiries.snippet_nowhere")}</p>
        <Copied label={t("inquiries.program")} text={`POST ${origin}/api/v1/forms/${form.key}/submissions`} />
        <p className="small soft">{t("inquiries.program_text")}</p>
      </div>
    </Modal>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation();
  return (
    <div className="col">
      <span className="tiny soft">{label}</span>
      <div className="inquiry-code"><pre tabIndex={0} aria-label={label}>{text}</pre><IconButton small icon="copy" label={t("inquiries.copy", { what: label })} onPress={() => void navigator.clipboard.writeText(text).then(() => tell("inquiries.copied"))} /></div>
    </div>
  );
}

export function VersionsDialog({ id, published, writable, close, restore }: { id: string; published: number | null; writable: boolean; close: () => void; restore: (version: number) => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const { data, problem, again } = useResource(`inquiry versions ${id} ${published}`, () => call<{ items: VersionBrief[] }>("GET", `/inquiry-forms/${segment(id)}/versions`));
  return (
    <Modal title={t("inquiries.versions")} icon="history" close={close} cross light testid="form-versions-dialog">
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />) : data.items.length === 0 ? <p className="soft">{t("inquiries.no_versions")}</p> : (
        <ol className="col inquiry-versions">
          {data.items.map((each) => (
            <li key={each.version} className="row">
              <span className="grow"><span className="strong">{t("inquiries.version", { version: each.version })}</span> {each.version === published && <Pill tone="go" icon="check">{t("inquiries.live")}</Pill>}<br /><span className="small soft">{[moment(each.published_at, now, i18n.language as Language), each.by, each.note].filter(Boolean).join(" · ")}</span></span>
              {writable && <Button small look="quiet" icon="undo" onPress={() => restore(each.version)}>{t("inquiries.restore")}</Button>}
            </li>
          ))}
        </ol>
      )}
    </Modal>
  );
}
