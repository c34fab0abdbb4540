/**
 * Panels on records' pages, by entity: what belongs to a record but is no field of it (a customer's history, a case's letters).
 * To add one: write the component, name it here, add the words of its title.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { EntityDoc, RecordRow } from "./entities";

export interface PanelProps {
  record: RecordRow;
  entity: EntityDoc;
  /** Fetch the record anew: the panel has changed it. */
  refresh: () => void;
}

export interface Panel {
  id: string;
  /** A key of the catalogues. */
  title: string;
  component: LazyExoticComponent<ComponentType<PanelProps>>;
}

const history: Panel = { id: "history", title: "records.history", component: lazy(() => import("./history-panel")) };

const known: Panel = { id: "known", title: "contracts.known", component: lazy(() => import("../contracts/known-panel")) };
const numbers: Panel = { id: "numbers", title: "contracts.numbers", component: lazy(() => import("../contracts/numbers-panel")) };
const standing: Panel = { id: "standing", title: "contracts.standing", component: lazy(() => import("../contracts/standing-panel")) };

const queues: Panel = { id: "queues", title: "departments.queues", component: lazy(() => import("../admin/queues-panel")) };

const OF: Readonly<Record<string, readonly Panel[]>> = {
  blocked_caller: [{ id: "hits", title: "guard.hits_title", component: lazy(() => import("../guard/hits-panel")) }],
  case: [
    { id: "work", title: "casework.title", component: lazy(() => import("../casework/work-panel")) },
    { id: "thread", title: "casework.thread", component: lazy(() => import("../casework/thread-panel")) },
    { id: "tasks", title: "casework.tasks", component: lazy(() => import("../casework/tasks-panel")) },
    { id: "knowledge", title: "knowledge.knowledge", component: lazy(() => import("../knowledge/case-panel")) },
    { id: "links", title: "casework.links", component: lazy(() => import("../casework/links-panel")) },
    { id: "story", title: "casework.story", component: lazy(() => import("../casework/activity-panel")) },
  ],
  mailbox: [{ id: "mailbox", title: "mailin.mailbox", component: lazy(() => import("../mailin/mailbox-panel")) }],
  memo: [{ id: "readings", title: "knowledge.readings", component: lazy(() => import("../knowledge/memo-panel")) }],
  org_unit: [queues],
  party: [
    known,
    { id: "write", title: "writing.title", component: lazy(() => import("../writing/party-panel")) },
    { id: "timeline", title: "customers.timeline", component: lazy(() => import("../customers/timeline-panel")) },
    { id: "points", title: "customers.points", component: lazy(() => import("../customers/points-panel")) },
    { id: "relations", title: "customers.relations", component: lazy(() => import("../customers/relations-panel")) },
    { id: "consents", title: "customers.consents_ids", component: lazy(() => import("../customers/consents-panel")) },
    numbers,
    { id: "merges", title: "customers.merges", component: lazy(() => import("../customers/merges-panel")) },
  ],
  queue: [{ id: "coverage", title: "coverage.title", component: lazy(() => import("../queues/coverage-panel")) }],
  service_contract: [standing],
  sms_gateway: [{ id: "secret", title: "texts.secret_title", component: lazy(() => import("../texts/gateway-panel")) }],
};

const AlikeWarning = lazy(() => import("../customers/alike").then((m) => ({ default: m.AlikeWarning })));

/** What is said beside the form of a new record while it is filled in. It holds nobody up. */
const WARNINGS: Readonly<Record<string, LazyExoticComponent<ComponentType<{ values: Record<string, unknown> }>>>> = {
  party: AlikeWarning,
  contact_point: AlikeWarning,
};

export interface NoticeProps {
  /** One record; null: above the list of all. */
  of: string | null;
  /** It may have changed when this does. */
  version: string;
}

/** What is to be known of records that are there, above them. */
const NOTICES: Readonly<Record<string, LazyExoticComponent<ComponentType<NoticeProps>>>> = {
  case: lazy(() => import("../writing/case-notice").then((m) => ({ default: m.CaseNotice }))),
  queue: lazy(() => import("../queues/unserved").then((m) => ({ default: m.Unserved }))),
};

export const noticeOf = (entity: string) => NOTICES[entity];

export const warningOf = (entity: string) => WARNINGS[entity];

/** An entity's own panels, then those that every record has. */
export const panelsOf = (entity: string): readonly Panel[] => [...(OF[entity] ?? []), history];
