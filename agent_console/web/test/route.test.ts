import { beforeEach, describe, expect, test, vi } from "vitest";

/** The module as a fresh page load has it, at this address. */
async function loaded(address: string, state: unknown = null) {
  vi.resetModules();
  window.history.replaceState(state, "", address);
  const route = await import("../src/route");
  route.setHome("/");
  return route;
}

const at = (): string => window.location.pathname + window.location.search;
const back = (steps: number): Promise<void> => new Promise((done) => {
  window.addEventListener("popstate", () => setTimeout(done), { once: true });
  window.history.go(steps);
});

describe("A page that leads on by itself", () => {
  beforeEach(() => window.history.replaceState(null, "", "/"));

  test("takes nobody away from home: it waits there where it has led.", async () => {
    const { go, waiting } = await loaded("/records/parties/new");
    await go("/");
    await go("/records/parties/p1", { replace: true, force: true, from: "/records/parties/new" });
    expect(at()).toBe("/");
    expect(waiting()).toEqual({ path: "/records/parties/p1", search: "" });
  });

  test("is followed while it is what one looks at.", async () => {
    const { go } = await loaded("/records/parties?q=a");
    await go("/records/parties?q=ab", { replace: true, from: "/records/parties" });
    expect(at()).toBe("/records/parties?q=ab");
  });

  test("leads nowhere once another page is open, shown or waiting.", async () => {
    const { go, waiting } = await loaded("/records/parties/new");
    await go("/records/cases");
    await go("/records/parties/p1", { replace: true, force: true, from: "/records/parties/new" });
    expect(at()).toBe("/records/cases");
    await go("/");
    await go("/records/parties/p1", { replace: true, force: true, from: "/records/parties/new" });
    expect([at(), waiting()?.path]).toEqual(["/", "/records/cases"]);
  });

  test("keeps what is unsaved in it while nobody can be asked, and goes on with it once it is saved.", async () => {
    const { go, protect, waiting } = await loaded("/records/cases/c1");
    protect("/records/cases/c1", async () => true);
    await go("/");
    await go("/records/cases/c2", { from: "/records/cases/c1" });
    expect(waiting()?.path).toBe("/records/cases/c1");
    await go("/records/cases/c2", { from: "/records/cases/c1", force: true });
    expect([at(), waiting()?.path]).toEqual(["/", "/records/cases/c2"]);
  });

  test("waits also when home comes up while somebody is asked whether it may go.", async () => {
    const { go, protect, waiting } = await loaded("/records/cases/c1");
    let say: (leave: boolean) => void = () => undefined;
    protect("/records/cases/c1", () => new Promise((resolve) => { say = resolve; }));
    const led = go("/records/cases/c2", { from: "/records/cases/c1" });
    await go("/");
    say(true);
    await led;
    expect([at(), waiting()?.path]).toEqual(["/", "/records/cases/c2"]);
  });
});

describe("Back and forward", () => {
  test("After a reload they count from where one is: whoever stays is taken back to the very page.", async () => {
    const before = await loaded("/records/cases");
    await before.go("/records/cases/c1");
    await before.go("/records/cases/c2");
    const { protect } = await loaded("/records/cases/c2", window.history.state);
    let asked = 0;
    protect("/records/cases/c2", async () => { asked += 1; return false; });
    await back(-1);
    await vi.waitFor(() => expect(at()).toBe("/records/cases/c2"));
    expect(asked).toBe(1);
  });
});
