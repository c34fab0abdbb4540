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

const OF: Readonly<Record<string, readonly Panel[]>> = {
  party: [known, numbers],
  service_contract: [standing],
};

/** An entity's own panels, then those that every record has. */
export const panelsOf = (entity: string): readonly Panel[] => [...(OF[entity] ?? []), history];
