import { act } from "react";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ChatComposer } from "../src/features/chats/chat-composer";
import { begin, clear, deskOf, draw, field, itemOf, serve, settle, type } from "./house";

beforeAll(begin);
afterEach(clear);

const SAY = "POST /api/v1/interactions/i1/chat/messages";
const enter = async (): Promise<void> => act(async () => field("chat-composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })) as never);

/** The line, whose answers are given by hand. */
async function slow(): Promise<{ said: () => string[]; answer: () => Promise<void> }> {
  const open: (() => void)[] = [];
  const heard = serve({ [SAY]: () => new Promise((done) => open.push(() => done({}))) });
  await draw(deskOf(), <ChatComposer item={itemOf("i1", { medium: "chat", state: "connected" })} chat={undefined} />);
  return {
    said: () => heard.filter(({ line }) => line === SAY).map(({ body }) => (body as { text: string }).text),
    answer: async () => {
      open.shift()?.();
      await settle();
    },
  };
}

describe("Whoever chats faster than the line carries", () => {
  test("has what they sent meanwhile sent after it.", async () => {
    const line = await slow();
    await type("chat-composer", "Hello");
    await enter();
    await type("chat-composer", "Hello It leaves today");
    await enter();
    expect(line.said()).toEqual(["Hello"]);
    await line.answer();
    expect(line.said()).toEqual(["Hello", "It leaves today"]);
    await line.answer();
    expect(field("chat-composer").value).toBe("");
  });

  test("says nothing twice, and keeps what they have not sent.", async () => {
    const line = await slow();
    await type("chat-composer", "Hello");
    await enter();
    await enter();
    await line.answer();
    expect([line.said(), field("chat-composer").value]).toEqual([["Hello"], ""]);
    await type("chat-composer", "It");
    await enter();
    await type("chat-composer", "It leaves");
    await enter();
    await type("chat-composer", "It leaves today");
    await line.answer();
    expect(line.said()).toEqual(["Hello", "It", "leaves"]);
    await line.answer();
    expect([line.said().length, field("chat-composer").value]).toEqual([3, "today"]);
  });

  test("finds all that was not sent in its place when the line breaks.", async () => {
    serve({ [SAY]: () => new Response(JSON.stringify({ code: "store.unavailable", status: 503, params: {}, errors: [] }), { status: 503, headers: { "Content-Type": "application/problem+json" } }) });
    await draw(deskOf(), <ChatComposer item={itemOf("i1", { medium: "chat", state: "connected" })} chat={undefined} />);
    await type("chat-composer", "Hello");
    await enter();
    await settle();
    expect(field("chat-composer").value).toBe("Hello");
  });
});
