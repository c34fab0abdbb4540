/** What a customer has bought of us: contracts, devices, purchases. */
import type { Seconds } from "./common";

export interface LimitDoc {
  max: number;
  used: number;
  left: number;
}

/** A service contract in force. `over`: the limit that one more contact goes over; `told`: the sentence that the caller heard of it. */
export interface ContractDoc {
  id: string;
  number: string;
  name: string | null;
  level: string | null;
  state: "draft" | "upcoming" | "active" | "renewal_due" | "expired" | "cancelled";
  ends_on: string;
  when_over: "charge" | "redirect" | "refuse";
  calls: LimitDoc | null;
  minutes: LimitDoc | null;
  over: "calls" | "minutes" | null;
  over_by: number;
  told: string | null;
}

export interface AssetDoc {
  id: string;
  serial_number: string;
  product: string;
  warranty_until: string | null;
  status: string;
}

/** How many, where, and the latest. Amounts by currency ("" where none is named), as exact decimals. */
export interface PurchasesDoc {
  count: number;
  departments: { name: string; times: number; amounts: Record<string, string>; last_at: Seconds }[];
  bought: { what: string; department: string; quantity: number | null; amount: string | null; currency: string | null; at: Seconds }[];
}

export interface LastInquiryDoc {
  case_id: string;
  number: string;
  subject: string;
  at: Seconds;
  ended: "open" | "solved" | "came_back";
  missed: boolean;
}
