import { act } from "react";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ServersAway } from "../src/features/desk/servers";
import type { Desk } from "../src/store/hooks";
import { begin, clear, deskOf, draw, part } from "./house";

beforeAll(begin);
afterEach(clear);

const told = async (desk: Desk, servers: Record<string, boolean>): Promise<void> => {
  const link = (up: boolean, server: string) => ({ up, since: 1, reason: "", server });
  await act(async () => desk.store.apply({ set: [["link", "asterisk", link(true, "")], ...Object.entries(servers).map(([name, up]): ["link", string, object] => ["link", `asterisk.${name}`, link(up, name)])], drop: [] }));
};

describe("Several telephone servers", () => {
  test("those that are away are named while others are there; all of them, or none, are not.", async () => {
    const desk = deskOf();
    await draw(desk, <ServersAway />);
    expect(part("servers-away")).toBeNull();
    await told(desk, { north: true, south: false, west: false });
    expect(part("servers-away")?.textContent).toBe("No answer from telephone server south and west. Calls at the others go on.");
    await told(desk, { north: false, south: false, west: false });
    expect(part("servers-away")).toBeNull();
    await told(desk, { north: true, south: true, west: true });
    expect(part("servers-away")).toBeNull();
  });
});
