/** Who is signed in, and what their phone needs. */
import type { Density, Language, Role, Theme } from "./common";

export interface User {
  id: string;
  login: string;
  name: string;
  role: Role;
  language: Language;
  theme: Theme;
  density: Density;
  extension: string | null;
}

/** What must be done before anything else: choose a password of one's own, set up a second step. */
export type Due = "password" | "totp";

export interface Session {
  user: User;
  centre: { name: string; logo: string | null };
  build: string;
  due: Due | null;
}

export interface PhoneCredential {
  uri: string;
  user: string;
  password: string;
  ws_url: string;
}

export interface CallUsGrant extends PhoneCredential {
  target: string;
  lines: { queue: string; language: Language; number: string }[];
}
