import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";

interface Proposal {
  kind: string;
  name: string;
  contact: { kind: string; raw: string } | null;
}

/** A stranger is proposed as a prospect; the agent confirms it, or leaves it. */
export function NewProspect({ item }: { item: Item }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (!open) return <Button small look="quiet" icon="plus" onPress={() => setOpen(true)} data-testid="prospect-open">{t("customers.new_prospect")}</Button>;
  return <Confirm item={item} leave={() => setOpen(false)} />;
}

function Confirm({ item, leave }: { item: Item; leave: () => void }) {
  const address = `/interactions/${segment(item.id)}/prospect`;
  const { data, problem, again } = useResource(address, () => call<Proposal>("GET", address));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />;
  return <Form address={address} proposal={data} leave={leave} />;
}

function Form({ address, proposal, leave }: { address: string; proposal: Proposal; leave: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(proposal.name);
  const [kind, setKind] = useState(proposal.kind);
  const [busy, problem, run] = useBusy();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name.trim()) run(() => call("POST", address, { name: name.trim(), kind }));
  };
  return (
    <form className="prospect panel" onSubmit={send} data-testid="prospect">
      <label className="form-label" htmlFor="prospect-name">{t("customers.prospect_name")}</label>
      <input id="prospect-name" className="input" value={name} maxLength={200} autoFocus dir="auto" onChange={(event) => setName(event.target.value)} data-testid="prospect-name" />
      <span className="row" role="group" aria-label={t("customers.kind")}>
        {(["person", "organisation"] as const).map((each) => <button key={each} type="button" className="chip-choice" aria-pressed={each === kind} onClick={() => setKind(each)}>{t(`customers.kind_${each}`)}</button>)}
      </span>
      {proposal.contact && <p className="small soft num">{proposal.contact.raw}</p>}
      <Wrong problem={problem} />
      <span className="row"><Button type="submit" look="primary" icon="check" isDisabled={busy || !name.trim()} data-testid="prospect-confirm">{t("customers.prospect_confirm")}</Button><Button look="quiet" onPress={leave}>{t("records.leave")}</Button></span>
    </form>
  );
}
