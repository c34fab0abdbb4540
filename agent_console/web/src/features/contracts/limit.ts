/** How a contract stands for this contact (pure): what is left, and how loudly it is to be said. */
import type { ContractDoc, LimitDoc } from "../../net/types";

export type Standing = "over" | "low" | "fine";

const FEW_CALLS = 1;
const FEW_MINUTES = 15;

/** `over`: one more goes over a limit; `low`: this is the last call, or the minutes run out within the call. */
export function standing(contract: ContractDoc): Standing {
  if (contract.over) return "over";
  if (contract.calls && contract.calls.left <= FEW_CALLS) return "low";
  return contract.minutes && contract.minutes.left < FEW_MINUTES ? "low" : "fine";
}

export const limited = (contract: ContractDoc): boolean => contract.calls !== null || contract.minutes !== null;

/** How full a meter is, 0 to 1: what was used of what is included. */
export const filled = (limit: LimitDoc): number => (limit.max === 0 ? 1 : Math.min(1, limit.used / limit.max));

/** The sentence of `told` as a key of the catalogue: `calls-left-3` is told as calls, with 3. */
export function toldOf(told: string): { key: string; count: number } {
  const found = /^(calls|minutes)-left-(\d+)$/.exec(told);
  if (found) return { key: `contracts.told_${found[1]}${found[2] === "0" ? "_none" : ""}`, count: Number(found[2]) };
  return { key: `contracts.told_${told.replace("limit-", "")}`, count: 0 };
}
