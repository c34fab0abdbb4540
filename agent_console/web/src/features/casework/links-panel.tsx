import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { CaseStatus } from "../../net/types";
import { Button, IconButton } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Link } from "../../ui/link";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { CasePill } from "../interaction/case-box";
import { RecordPicker } from "../records/picker";
import type { PanelProps } from "../records/panels";
import type { LinkDoc } from "./types";
import { useWork } from "./work-panel";

const KINDS = ["related", "duplicate_of", "caused_by"];

/** Cases that belong to this one, and who watches it. */
export default function LinksPanel({ record }: PanelProps) {
  const { t } = useTranslation();
  const { data, problem, again } = useWork(record);
  const [other, setOther] = useState<{ id: string; name: string } | null>(null);
  const [kind, setKind] = useState("related");
  const [email, setEmail] = useState("");
  const [busy, wrong, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const address = `/cases/${segment(record.id)}`;
  const add = (): void => run(() => call("POST", `${address}/links`, { other: other?.id, kind }).then(() => { setOther(null); again(); }));
  const remove = (link: LinkDoc): void => run(() => call("DELETE", `${address}/links/${segment(link.id)}`).then(again));
  const watch = (): void => run(() => call("PUT", `${address}/watching`, { email: email.trim() || null }).then(() => { setEmail(""); again(); }));
  return (
    <div className="links-panel">
      <h2 className="label">{t("casework.linked")}</h2>
      <ul className="lines airy">
        {[...data.parts, ...data.links].map((link) => (
          <li key={link.id} className="row">
            <span className="tiny soft link-kind">{t(`casework.link_${link.kind}${link.outward ? "" : "_back"}`)}</span>
            <span className="grow linked-name"><Link to={`/records/cases/${link.case_id}`} className="grid-link num">{link.number}</Link><span className="small soft clip" dir="auto">{link.subject}</span></span>
            <CasePill status={link.status as CaseStatus} />
            {link.kind !== "part_of" && <IconButton small icon="cross" label={t("casework.unlink")} isDisabled={busy} onPress={() => remove(link)} />}
          </li>
        ))}
      </ul>
      <div className="step-form">
        <RecordPicker refers="case" value={other?.id ?? null} name={other?.name ?? null} change={(id, name) => setOther(id ? { id, name } : null)} label={t("casework.link_to")} placeholder={t("casework.link_to")} linked={false} testid="link-other" />
        <div className="row">
          <select className="input auto" value={kind} aria-label={t("casework.link_kind")} onChange={(event) => setKind(event.target.value)}>{KINDS.map((each) => <option key={each} value={each}>{t(`casework.link_${each}`)}</option>)}</select>
          <Button icon="link" isDisabled={busy || !other} onPress={add} data-testid="link-add">{t("casework.link")}</Button>
        </div>
      </div>
      <h2 className="label">{t("casework.watchers")}</h2>
      <ul className="lines airy">{data.watchers.map((each) => <li key={each.user_id} className="row"><span className="grow">{each.name}</span>{each.email && <span className="tiny soft">{each.email}</span>}</li>)}</ul>
      {data.watchers.length === 0 && <p className="faint small">{t("casework.nobody_watches")}</p>}
      <div className="row"><input className="input grow" type="email" value={email} placeholder={t("casework.mail_too")} aria-label={t("casework.mail_too")} onChange={(event) => setEmail(event.target.value)} /><Button icon="bell" isDisabled={busy} onPress={watch}>{t("casework.watch")}</Button></div>
      <Wrong problem={wrong} />
    </div>
  );
}
