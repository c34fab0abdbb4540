import { afterEach, describe, expect, test } from "vitest";
import { programName } from "../src/features/account/program";
import { comeBack } from "../src/features/login/return";
import { detailsOf } from "../src/features/people/details";

describe("A browser is called what people call it", () => {
  test.each([
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome 142 · Windows"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge 142 · Windows"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari 18 · macOS"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Safari 18 · iOS"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 · Linux"],
    ["python-httpx/0.28", "python-httpx/0.28"],
    ["", ""],
  ])("%s", (agent, name) => {
    expect(programName(agent)).toBe(name);
  });
});

describe("The way back from the identity provider", () => {
  afterEach(() => window.history.replaceState(null, "", "/"));

  test("A refusal becomes words, and is gone from the address.", () => {
    window.history.replaceState(null, "", "/#sign-in=oidc.refused");
    expect(comeBack().problem?.code).toBe("oidc.refused");
    expect(window.location.hash).toBe("");
    expect(comeBack()).toEqual({ ticket: null, problem: null });
  });

  test("A ticket leads to the second step, and is gone from the address.", () => {
    window.history.replaceState(null, "", "/#ticket=a-b_c");
    expect(comeBack()).toEqual({ ticket: "a-b_c", problem: null });
    expect(window.location.href).not.toContain("a-b_c");
  });

  test("Nothing that somebody else wrote into the address is shown.", () => {
    window.history.replaceState(null, "", "/#sign-in=%3Cb%3Ecall%200900%3C%2Fb%3E");
    expect(comeBack().problem).toBeNull();
  });
});

test("What a person lacks is an empty field, never the word null.", () => {
  const person = { id: "u", login: "ann", name: "Ann", role: "agent", language: "en", extension: null, email: null, service: false, state: "active", skills: [], letters_at_once: 2, chats_at_once: 3, load_at_most: 100, record_share: null, has_password: true, has_totp: false, must_change_password: false, password_changed_at: null, identities: 0, sessions: 0, signed_in_at: null } as const;
  expect(detailsOf({ ...person, skills: [] })).toEqual({ name: "Ann", role: "agent", language: "en", extension: "", email: "", letters_at_once: 2, chats_at_once: 3, load_at_most: 100, record_share: null });
});
