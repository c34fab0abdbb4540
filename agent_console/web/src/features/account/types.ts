/** The documents about signing in, accounts and users (docs/contracts.md, 5). */
import type { Language, Role, Seconds, User, WarningDoc } from "../../net/types";

export interface Ways {
  oidc: { label: string } | null;
  centre: { name: string; logo: string | null };
}

/** `user` is null while a code is to come; `ticket` goes with it. */
export interface LoginAnswer {
  user: User | null;
  ticket: string | null;
}

export interface Factor {
  since: Seconds | null;
  recovery_codes_left: number;
  required: boolean;
  available: boolean;
}

export interface SignIn {
  has_password: boolean;
  password_changed_at: Seconds | null;
  factor: Factor;
  identities: number;
}

export interface Secret {
  secret: string;
  address: string;
  qr: string;
}

export interface SessionDoc {
  id: string;
  user: string;
  name: string;
  way: "password" | "oidc";
  strong: boolean;
  address: string;
  program: string;
  started_at: Seconds;
  seen_at: Seconds | null;
  expires_at: Seconds;
  current: boolean;
}

export type TokenScope = "read" | "write" | "forms";

export interface TokenDoc {
  id: string;
  name: string;
  hint: string;
  scope: TokenScope;
  created_at: Seconds;
  expires_at: Seconds | null;
  used_at: Seconds | null;
  used_from: string | null;
}

export interface MadeToken {
  token: TokenDoc;
  secret: string;
}

export type SkillStanding = "good" | "soon" | "expired";

/** One person with what was just done: `only_they_serve` are queues by name. */
export interface PersonAnswer extends Person {
  only_they_serve: string[];
  warnings: WarningDoc[];
}

/** `last_day`: YYYY-MM-DD in the centre's time zone; null when it does not end. */
export interface Skill {
  skill: string;
  level: number;
  last_day: string | null;
  standing: SkillStanding;
}

export interface EndingSkill extends Skill {
  user: string;
  name: string;
  last_day: string;
}

export type PersonState = "active" | "locked" | "removed";

export interface Person {
  id: string;
  login: string;
  name: string;
  role: Role;
  language: Language;
  extension: string | null;
  email: string | null;
  service: boolean;
  state: PersonState;
  skills: Skill[];
  letters_at_once: number;
  chats_at_once: number;
  load_at_most: number;
  record_share: number | null;
  has_password: boolean;
  has_totp: boolean;
  must_change_password: boolean;
  password_changed_at: Seconds | null;
  identities: number;
  sessions: number;
  signed_in_at: Seconds | null;
}
