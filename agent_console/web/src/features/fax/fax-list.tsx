import "../../styles/fax.css";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { FaxComposer } from "./fax-composer";
import { acts, isMoving, LOOKS, reason, type Fax, type Faxes } from "./fax";
import { FaxPages } from "./pages";

const LOOK_AGAIN_MS = 3000;

/** Faxes of a case or a contact, looked at anew while one is on its way. */
export function useFaxes(path: string, version = "") {
  const found = useResource(path, () => call<Faxes>("GET", path), version);
  const moving = found.data?.items.some(isMoving) ?? false;
  const { again } = found;
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [moving, again]);
  return found;
}

/** What came and went by fax in a case, and a new one. */
export function CaseFaxes({ caseId, version }: { caseId: string; version: string }) {
  const { t } = useTranslation();
  const path = `/cases/${segment(caseId)}/faxes`;
  const { data, problem, again } = useFaxes(path, version);
  const [writing, write] = useState(false);
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />;
  return (
    <section className="fax-list" aria-label={t("fax.faxes")} data-testid="case-faxes">
      <div className="row"><h2 className="label grow">{t("fax.faxes")}</h2><Button small look={writing ? "on" : "plain"} icon="fax" aria-expanded={writing} onPress={() => write(!writing)} data-testid="fax-write">{t("fax.write")}</Button></div>
      {writing && <FaxComposer path={path} draft={`fax:${caseId}`} faxes={data} sent={() => { write(false); again(); }} />}
      <FaxLines faxes={data} changed={again} />
    </section>
  );
}

/** What came and went by fax, where it is only read; nothing where there was none. */
export function FaxesThere({ path }: { path: string }) {
  const { t } = useTranslation();
  const { data, again } = useFaxes(path);
  if (!data || data.items.length === 0) return null;
  return <section className="opened-part"><h3 className="label">{t("fax.faxes")}</h3><FaxLines faxes={data} changed={again} /></section>;
}

export function FaxLines({ faxes, changed }: { faxes: Faxes; changed: () => void }) {
  if (faxes.items.length === 0) return null;
  return <ul className="opened-thread">{faxes.items.map((fax) => <li key={fax.id}><FaxLine fax={fax} tries={faxes.tries} changed={changed} /></li>)}</ul>;
}

/** One fax: folded to a line, or open with its pages and what can be done. */
export function FaxLine({ fax, tries, changed }: { fax: Fax; tries: number; changed: () => void }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const now = useNow();
  const out = fax.direction === "out";
  return (
    <article className={`letter fax ${fax.direction}`} data-testid={`fax-${fax.id}`} data-state={fax.state}>
      <button type="button" className="letter-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={`letter-way ${fax.direction}`}><Icon name={out ? "arrowOut" : "arrowIn"} size={15} /></span>
        <span className="strong num clip">{phoneNumber(fax.number || fax.station) || t("fax.no_number")}</span>
        <span className="faint small grow clip" dir="auto">{out ? fax.subject : fax.station}</span>
        <span className="small num nowrap">{t("fax.page_count", { count: fax.pages })}</span>
        <FaxStatePill fax={fax} />
        <span className="tiny faint num">{moment(fax.at, now, i18n.language as Language)}</span>
      </button>
      {open && (
        <div className="letter-body">
          <FaxFacts fax={fax} tries={tries} />
          <FaxActs fax={fax} changed={changed} />
          {fax.words && out && <p className="letter-text" dir="auto">{fax.words}</p>}
          {(fax.has_pdf || fax.has_tiff) && <FaxPages fax={fax} />}
        </div>
      )}
    </article>
  );
}

export function FaxStatePill({ fax }: { fax: Fax }) {
  const { t } = useTranslation();
  const { tone, icon } = LOOKS[fax.state];
  return <Pill tone={tone} icon={icon}>{t(`fax.state_${fax.state}`)}</Pill>;
}

/** Why it waits or failed, how often it was tried, what was confirmed. */
export function FaxFacts({ fax, tries }: { fax: Fax; tries: number }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const facts = [
    fax.code && t(`fax.why_${reason(fax.code)}`, { defaultValue: t("fax.why_other", { code: fax.code }) }),
    fax.direction === "in" && fax.state === "failed" && fax.words,
    fax.direction === "out" && fax.confirmed > 0 && t("fax.confirmed", { count: fax.confirmed, pages: fax.pages }),
    fax.direction === "out" && fax.attempts > 0 && t("fax.attempt", { attempt: fax.attempts, tries }),
    fax.state === "waiting" && fax.due_at !== null && fax.attempts > 0 && t("fax.next_try", { at: moment(fax.due_at, now, i18n.language as Language) }),
    fax.direction === "out" && fax.author,
  ].filter(Boolean);
  return facts.length === 0 ? null : <p className="small soft" data-testid="fax-facts">{facts.join(" · ")}</p>;
}

export function FaxActs({ fax, changed }: { fax: Fax; changed: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const may = acts(fax);
  if (!may.again && !may.cancel) return null;
  const press = (what: "again" | "cancel"): void => run(() => call("POST", `/faxes/${segment(fax.id)}/${what}`).then(changed));
  return (
    <div className="row wrap">
      {may.again && <Button small icon="send" isDisabled={busy} onPress={() => press("again")} data-testid="fax-again">{t(fax.state === "waiting" ? "fax.now" : "fax.again")}</Button>}
      {may.cancel && <Button small look="quiet" icon="cross" isDisabled={busy} onPress={() => press("cancel")} data-testid="fax-cancel">{t("fax.cancel")}</Button>}
      <Wrong problem={problem} />
    </div>
  );
}
