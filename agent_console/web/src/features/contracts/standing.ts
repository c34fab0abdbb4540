/** What `GET /service-contracts/{id}/standing` answers. */
import { call, segment } from "../../net/api";
import type { ClockKind, ContractDoc, Seconds } from "../../net/types";

export interface KeptDoc {
  kind: ClockKind;
  met: number;
  missed: number;
  running: number;
}

export interface StandingDoc {
  contract: ContractDoc;
  since: Seconds;
  until: Seconds;
  performance: { since: Seconds; until: Seconds; cases: number; more: boolean; kept: KeptDoc[] };
}

export const readStanding = (id: string): Promise<StandingDoc> => call<StandingDoc>("GET", `/service-contracts/${segment(id)}/standing`);
