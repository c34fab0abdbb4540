import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Found, InteractionRecord, Letter, PartyRecord, WholeCase } from "../../net/types";
import { useResource } from "../../store/resource";
import { Modal } from "../../ui/modal";
import { Bones, Failure } from "../../ui/panes";
import { Cases, History, Notes, Profile } from "../customer/customer";
import { recordOf } from "../callrecord/address";
import { Attested } from "../guard/attested";
import { FaxesThere } from "../fax/fax-list";
import { CameBy } from "../flows/visit";
import { Past } from "../interaction/brief";
import { CasePill } from "../interaction/case-box";
import { LetterView } from "../interaction/letter-view";
import { Stays } from "../interaction/stays";
import { Link } from "../../ui/link";
import { Left } from "../interaction/message-panel";
import { Recordings } from "../recordings/recordings";
import { recordAddress, useEntities, useEntity } from "../records/entities";
import { iconOf } from "./found";

/** What was found, to be read: nothing here changes anything. */
export function Opened({ hit, close }: { hit: Found; close: () => void }) {
  const { t } = useTranslation();
  const { entities } = useEntities();
  return (
    <Modal title={hit.title.text || t(`search.${hit.kind}`)} icon={iconOf(hit.kind, entities ?? [])} close={close} size="wide" light cross className="opened" testid="opened">
      <Content hit={hit} close={close} />
    </Modal>
  );
}

function Content({ hit, close }: { hit: Found; close: () => void }) {
  if (hit.kind === "party") return <OpenedParty id={hit.id} />;
  if (hit.case_id !== null) return <OpenedCase id={hit.case_id} letter={hit.kind === "letter" ? hit.id : null} close={close} />;
  return hit.interaction_id === null ? null : <OpenedInteraction id={hit.interaction_id} letter={hit.kind === "letter" ? hit.id : null} close={close} />;
}

function Fetched<T>({ path, children }: { path: string; children: (data: T) => ReactNode }) {
  const { data, problem, again } = useResource(path, () => call<T>("GET", path));
  if (data) return <>{children(data)}</>;
  return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section className="opened-part"><h3 className="label">{title}</h3>{children}</section>;
}

function OpenedParty({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Fetched<PartyRecord> path={`/parties/${segment(id)}`}>
      {(party) => {
        const reached = (kind: string): string[] => party.contact_points.filter((point) => point.kind === kind).map((point) => point.normal);
        const whole = { ...party, phones: reached("phone"), emails: reached("email"), points: party.contact_points, script: null };
        return (
          <>
            <Profile party={whole} />
            {party.note && <Part title={t("customer.notes")}><Notes party={whole} /></Part>}
            <Part title={t("customer.cases")}><Cases cases={party.cases} current={undefined} /></Part>
            <Part title={t("customer.history")}><History history={party.interactions} /></Part>
          </>
        );
      }}
    </Fetched>
  );
}

function OpenedCase({ id, letter, close }: { id: string; letter: string | null; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Fetched<WholeCase> path={`/cases/${segment(id)}`}>
      {(whole) => (
        <>
          <p className="row"><CaseLink id={id} number={whole.case.number} left={close} /><span className="grow clip" dir="auto">{whole.case.subject}</span><CasePill status={whole.case.status} /></p>
          <Thread letters={whole.thread} open={letter} />
          <FaxesThere path={`/cases/${segment(id)}/faxes`} />
          {whole.interactions.length > 0 && <Part title={t("customer.history")}><ul className="lines airy">{whole.interactions.map((each) => <Past key={each.id} past={each} />)}</ul></Part>}
        </>
      )}
    </Fetched>
  );
}

/** The number leads to the case's own page. */
function CaseLink({ id, number, left }: { id: string; number: string; left: () => void }) {
  const entity = useEntity("case");
  return entity ? <Link to={recordAddress(entity, id)} className="num" onClick={left}>{number}</Link> : <span className="num soft">{number}</span>;
}

function OpenedInteraction({ id, letter, close }: { id: string; letter: string | null; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Fetched<InteractionRecord> path={`/interactions/${segment(id)}`}>
      {(record) => (
        <>
          <ul className="lines airy"><Past past={{ id, medium: record.medium, queue: record.queue?.name ?? "", at: record.enqueued_at, agent: record.agent, disposition: record.disposition, outcome: record.outcome, subject: record.subject }} /></ul>
          {record.attestation && <Part title={t("attested.title")}><p><Attested of={record.attestation} /></p></Part>}
          {record.note && <Part title={t("note.label")}><p className="customer-note" dir="auto">{record.note}</p></Part>}
          {record.flow && <Part title={t("visit.title")}><CameBy visit={record.flow} /></Part>}
          {record.segments.length > 0 && <Part title={t("stay.title")}><Stays stays={record.segments} /><p><Link to={recordOf(id)} onClick={close} data-testid="open-record">{t("callrecord.open")}</Link></p></Part>}
          {(record.medium === "voice" || record.medium === "voicemail") && <Recordings interaction={id} around={(talks) => <Part title={t("recording.title")}>{talks}</Part>} />}
          {(record.messages ?? []).length > 0 && <Part title={t("message.left_here")}><Left messages={record.messages ?? []} /></Part>}
          <Thread letters={record.thread} open={letter} />
          {record.medium === "fax" && <FaxesThere path={`/interactions/${segment(id)}/faxes`} />}
        </>
      )}
    </Fetched>
  );
}

function Thread({ letters, open }: { letters: Letter[]; open: string | null }) {
  const { t } = useTranslation();
  if (letters.length === 0) return null;
  return (
    <Part title={t("letter.thread")}>
      <ul className="opened-thread">{letters.map((each, place) => <li key={each.id}><LetterView letter={each} open={open === null ? place === letters.length - 1 : each.id === open} /></li>)}</ul>
    </Part>
  );
}
