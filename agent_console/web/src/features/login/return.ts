import { Problem } from "../../net/api";

export interface Back {
  ticket: string | null;
  problem: Problem | null;
}

/** What the way back from the identity provider brought in the address; taken out of it, so that a reload begins anew. */
export function comeBack(): Back {
  const told = new URLSearchParams(window.location.hash.slice(1));
  const code = told.get("sign-in");
  const ticket = told.get("ticket");
  if (code !== null || ticket !== null) window.history.replaceState(null, "", window.location.pathname);
  return { ticket, problem: code !== null && /^[a-z_]+\.[a-z_]+$/.test(code) ? new Problem(code, 403) : null };
}
