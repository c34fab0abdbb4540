import { useState } from "react";
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
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { NewFlow, RemoveFlow } from "./dialogs";
import { FlowState } from "./flow-state";
import { KnownContext, useFetchedKnown } from "./known";
import type { FlowBrief, FlowDoc } from "./types";
import "../../styles/flows.css";

export const flowAddress = (id: string): string => `/admin/flows/${segment(id)}`;

/** `/admin/flows`: what callers go through before they wait. */
export default function FlowsPage() {
  const { t } = useTranslation();
  const writable = useDesk().session.user.role === "admin";
  const { data, problem, again } = useResource("flows", () => call<{ items: FlowBrief[] }>("GET", "/flows"));
  const known = useFetchedKnown();
  const [makes, make] = useState(false);
  const [removes, setRemoves] = useState<FlowBrief | null>(null);
  const [busy, wrong, run] = useBusy();
  const copy = (flow: FlowBrief): void => run(async () => {
    const whole = await call<FlowDoc>("GET", `/flows/${segment(flow.id)}`);
    await call("POST", "/flows", { name: t("flows.copy_of", { name: flow.name }).slice(0, 100), document: whole.document });
    again();
  });
  const remove = (flow: FlowBrief): void => run(() => call("DELETE", `/flows/${segment(flow.id)}`, undefined, { "If-Match": `"${flow.row_version}"` }).then(() => {
    setRemoves(null);
    again();
  }));
  return (
    <main className="records-page scroll" aria-label={t("page.flows")} data-testid="flows-page">
      <KnownContext.Provider value={known}>
        <header className="page-head">
          <h1 className="page-title row"><Icon name="branch" size={20} />{t("page.flows")}</h1>
          <span className="grow" />
          <Link to="/admin/prompts" className="btn quiet"><Icon name="horn" />{t("page.prompts")}</Link>
          {writable && <Button look="primary" icon="plus" onPress={() => make(true)} data-testid="flow-new">{t("flows.new")}</Button>}
        </header>
        <div className="flows-list">
          {!removes && <Wrong problem={wrong} />}
          {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />) : data.items.length === 0 ? (
            <Empty icon="branch" title={t("flows.none")}><p>{t("flows.none_text")}</p>{writable && <Button look="primary" icon="plus" onPress={() => make(true)}>{t("flows.new")}</Button>}</Empty>
          ) : (
            <div className="flows-frame">
              <table className="flows-table">
                <thead><tr><th scope="col">{t("flows.name")}</th><th scope="col">{t("flows.state")}</th><th scope="col">{t("flows.numbers")}</th><th scope="col">{t("flows.updated")}</th>{writable && <th><span className="vh">{t("flows.actions")}</span></th>}</tr></thead>
                <tbody>{data.items.map((flow) => <Row key={flow.id} flow={flow} writable={writable} busy={busy} copy={() => copy(flow)} remove={() => setRemoves(flow)} />)}</tbody>
              </table>
            </div>
          )}
          {data && data.items.length > 0 && <p className="small soft">{t("flows.numbers_text")} <Link to="/records/entries">{t("flows.to_numbers")}</Link></p>}
        </div>
        {makes && <NewFlow close={() => make(false)} made={(flow) => void go(flowAddress(flow.id))} />}
        {removes && <RemoveFlow name={removes.name} problem={wrong} busy={busy} close={() => setRemoves(null)} sure={() => remove(removes)} />}
      </KnownContext.Provider>
    </main>
  );
}

function Row({ flow, writable, busy, copy, remove }: { flow: FlowBrief; writable: boolean; busy: boolean; copy: () => void; remove: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <tr data-testid={`flow-${flow.name}`}>
      <th scope="row"><Link to={flowAddress(flow.id)} className="grid-main" dir="auto">{flow.name}</Link></th>
      <td><FlowState flow={flow} /></td>
      <td className="num">{flow.numbers.length > 0 ? flow.numbers.join(", ") : <span className="faint">{t("flows.no_number")}</span>}</td>
      <td className="num faint">{moment(flow.updated_at, now, i18n.language as Language)}</td>
      {writable && (
        <td className="flows-actions">
          <IconButton small icon="copy" label={t("flows.copy", { name: flow.name })} isDisabled={busy} onPress={copy} />
          <IconButton small icon="trash" label={flow.numbers.length > 0 ? t("flows.in_use") : t("flows.remove_named", { name: flow.name })} isDisabled={busy || flow.numbers.length > 0} onPress={remove} data-testid={`remove-${flow.name}`} />
        </td>
      )}
    </tr>
  );
}
