/** On a customer's page: what the pop would show of them, their numbers, and by what they identify themselves. */
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, Party, VerdictDoc } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";
import { Field } from "../sla/form-parts";
import { Wishes } from "../wishes/lines";
import { KnownOf, LastInquiry } from "./known";

export function KnownPanel({ record }: PanelProps) {
  const { t } = useTranslation();
  const { data, problem, again } = useResource(record.id, () => call<Party>("GET", `/parties/${segment(record.id)}/brief`), String(record.row_version));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const nothing = data.contracts.length + data.assets.length + data.purchases.count === 0 && !data.last_inquiry;
  return <div className="standing"><Wishes party={record.id} medium="phone" version={String(record.row_version)} />{nothing ? <Empty icon="shield" title={t("contracts.nothing_known")} /> : <><LastInquiry party={data} /><KnownOf party={data} /></>}</div>;
}

export function NumbersPanel({ record }: PanelProps) {
  const { t, i18n } = useTranslation();
  const [busy, wrong, run] = useBusy();
  const address = `/parties/${segment(record.id)}/numbers`;
  const { data, problem, again } = useResource(address, () => call<{ items: VerdictDoc[] }>("GET", address));
  const act = (method: "PUT" | "DELETE", said: VerdictDoc, body?: object): void => run(() => call(method, `/numbers/${segment(said.id)}`, body).then(again));
  return (
    <div className="standing">
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />) : data.items.length === 0 ? <p className="faint small">{t("contracts.no_numbers")}</p> : (
        <ul className="lines" data-testid="numbers">{data.items.map((said) => (
          <li key={said.id} className="line">
            <Icon name={said.kind === "phone" ? "phone" : "mail"} size={15} />
            <span className="grow line-two"><span className="num">{said.kind === "phone" ? phoneNumber(said.number) : said.number}</span><span className="tiny faint">{said.by} · {momentText(said.at, i18n.language as Language)}</span></span>
            <Pill tone={said.verdict === "confirmed" ? "go" : "stop"} icon={said.verdict === "confirmed" ? "check" : "cross"}>{t(`contracts.${said.verdict}`)}</Pill>
            {said.trusted && <Pill tone="accent" icon="shield">{t("contracts.trusted")}</Pill>}
            {said.verdict === "confirmed" && said.kind === "phone" && <Button small look="quiet" isDisabled={busy} onPress={() => act("PUT", said, { trusted: !said.trusted })}>{t(said.trusted ? "contracts.untrust" : "contracts.trust")}</Button>}
            <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => act("DELETE", said)}>{t("correct.undo")}</Button>
          </li>
        ))}</ul>
      )}
      <Wrong problem={wrong} />
      <Pin party={record.id} />
    </div>
  );
}

function Pin({ party }: { party: string }) {
  const { t } = useTranslation();
  const address = `/parties/${segment(party)}/pin`;
  const { data, again } = useResource(address, () => call<{ customer_number: string | null }>("GET", address));
  const [number, setNumber] = useState<string | null>(null);
  const [pin, setPin] = useState("");
  const [busy, problem, run] = useBusy();
  const shown = number ?? data?.customer_number ?? "";
  const done = (): void => {
    setPin("");
    setNumber(null);
    again();
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call("PUT", address, { customer_number: shown.trim(), pin }).then(done));
  };
  return (
    <section aria-labelledby="pin-title">
      <h3 className="label" id="pin-title">{t("contracts.pin")}</h3>
      <p className="faint small">{t("contracts.pin_text")}{data && !data.customer_number ? ` ${t("contracts.pin_none")}` : ""}</p>
      <form className="pin-form" onSubmit={save}>
        <Field id="customer-number" label={t("contracts.customer_number")} value={shown} change={setNumber} />
        <Field id="customer-pin" label={t("contracts.pin_word")} value={pin} change={setPin} type="password" />
        <span className="row">
          <Button type="submit" look="primary" isDisabled={busy || !shown.trim() || !pin}>{t("contracts.pin_save")}</Button>
          {data?.customer_number && <Button look="quiet" icon="trash" isDisabled={busy} onPress={() => run(() => call("DELETE", address).then(done))}>{t("contracts.pin_remove")}</Button>}
        </span>
      </form>
      <Wrong problem={problem} />
    </section>
  );
}
