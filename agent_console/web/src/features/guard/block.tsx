import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";

/** Hours; nothing: for good. */
const SPANS = [24, 24 * 7, 24 * 30, null] as const;

/** At a call: its caller is not to be taken any more. Agents ask for it, unless their role lets them decide. */
export function BlockCaller({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const calls = item.medium === "voice" && item.state !== "offered" && item.customer.address !== "";
  if (!calls) return null;
  return (
    <>
      <IconButton small icon="shield" label={t("block.open")} onPress={() => setOpen(true)} data-testid="block" />
      {open && <Asking item={item} close={() => setOpen(false)} />}
    </>
  );
}

function Asking({ item, close }: { item: Item; close: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState<number | null>(24);
  const [busy, problem, run] = useBusy();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<{ state: string }>("POST", `/interactions/${segment(item.id)}/block`, { reason, hours }).then(({ state }) => {
      tell(`block.done_${state}`);
      close();
    }));
  };
  return (
    <Modal title={t("block.title", { number: item.customer.address })} icon="shield" close={close} size="small" cross testid="block-dialog">
      <form className="guard-form" onSubmit={send}>
        <p className="small soft">{t("block.text")}</p>
        <div className="field">
          <label htmlFor="block-reason">{t("block.reason")}</label>
          <textarea id="block-reason" className="input" rows={3} maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} data-testid="block-reason" />
        </div>
        <div className="field">
          <label htmlFor="block-span">{t("block.span")}</label>
          <select id="block-span" className="input" value={hours ?? ""} onChange={(event) => setHours(event.target.value ? Number(event.target.value) : null)} data-testid="block-span">
            {SPANS.map((each) => <option key={each} value={each ?? ""}>{each === null ? t("block.for_good") : t("block.days", { count: each / 24 })}</option>)}
          </select>
        </div>
        <Wrong problem={problem} />
        <div className="row"><Button type="submit" look="primary" icon="check" isDisabled={busy || reason.trim() === ""} data-testid="block-send">{t("block.send")}</Button></div>
      </form>
    </Modal>
  );
}
