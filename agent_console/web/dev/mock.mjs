// A server for developing the console without Trunkline: plays a day at a small centre.
//   node dev/mock.mjs [--port 5190] [--play]     (--play: calls and letters come by themselves)
// POST /mock/<scene> starts a scene: one, many, none, letter, stray, hangup, leave, missed, pause-link, kill-link, busy-board.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { accept } from "./ws.mjs";
import { exchange } from "./sip.mjs";
import { CONTRACTS, DISPOSITIONS, PARTIES, QUEUES, USERS, now, thread } from "./people.mjs";

const flag = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const PORT = Number(flag("--port", "5190"));
const PLAY = process.argv.includes("--play");
const STATIC = new URL("../../static/", import.meta.url);

let user = null;
let sip = null;
let letters = thread();
let silent = false;
const consoles = new Set();
const docs = { me: {}, items: {}, queues: {}, agents: {}, waiting: {}, departments: {}, link: { asterisk: { up: true, since: now(), reason: "" }, mail: { up: true, since: now(), reason: "" } }, notices: {} };
let seq = 0;
const stream = `mock-${process.pid}`;
const round = (n) => Math.round(n * 1000) / 1000;

function change(set, drop = []) {
  for (const [collection, id, doc] of set) docs[collection][id] = doc;
  for (const [collection, id] of drop) delete docs[collection][id];
  seq += 1;
  const text = JSON.stringify({ type: "delta", seq, now: round(now()), set, drop });
  if (!silent) for (const peer of consoles) peer.send(text);
}

const me = (next) => change([["me", "me", { ...docs.me.me, ...next }]]);
const item = (id, next) => docs.items[id] && change([["items", id, { ...docs.items[id], ...next, version: docs.items[id].version + 1 }]]);

function queue(base, voice, email, sl, ready, busy, answered, abandoned, waits) {
  return { ...base, waiting: { voice, email, chat: 0 }, longest_since: { voice: voice ? now() - waits : null, email: email ? now() - waits * 40 : null, chat: null }, offered: answered + abandoned, answered, abandoned, answered_in_time: Math.round(answered * (sl ?? 0)), service_level: sl, answer_within_s: 20, agents_ready: ready, agents_busy: busy };
}

function start(who) {
  user = { ...who };
  letters = thread();
  docs.items = {};
  docs.notices = {};
  docs.me = { me: { id: user.id, name: user.name, role: user.role, extension: user.extension, status: "signed_out", reason: "", since: now(), work: "idle", work_since: now(), device: "unreachable", console: true, conference: null } };
  docs.queues = { "q-zh": { ...queue(QUEUES.zh, 2, 5, 0.87, 1, 3, 142, 9, 34), department: "d-north" }, "q-en": { ...queue(QUEUES.en, 0, 1, 0.94, 2, 1, 38, 1, 12), department: "d-world" } };
  docs.departments = Object.fromEntries([["d-all", "客服中心", null], ["d-north", "北區客服組", "d-all"], ["d-world", "International desk", "d-all"]].map(([id, name, parent]) => [id, { id, name, parent }]));
  board();
}

function board() {
  const agent = (id, name, extension, status, reason, work, s, on, handled, device = "reachable") => [id, { id, name, extension, status, reason, since: now() - s, work, work_since: now() - s, device, console: status !== "signed_out", conference: null, item: on, handled, department: /^[A-Z]/.test(name) ? "d-world" : "d-north" }];
  docs.agents = Object.fromEntries([
    agent("u-mei", "林美玲", "1001", "ready", "", "talking", 1043, { id: "t1", medium: "voice", queue: "客戶服務", customer: "陳怡君", callback: false, held_since: null, watchers: [] }, 31, "in_use"),
    agent("u-anna", "Anna Keller", "1002", "ready", "", "letters", 412, { id: "t2", medium: "email", queue: "International service", customer: "Katharina Brandt-Sørensen", callback: false, held_since: null, watchers: [] }, 24),
    agent("u-wei", "王志伟", "1003", "ready", "", "offered", 6, { id: "t3", medium: "voice", queue: "客戶服務", customer: "+886223456789", callback: false, held_since: null, watchers: [] }, 28),
    agent("u-hsu", "許家豪", "1004", "ready", "", "idle", 73, null, 19),
    agent("u-lee", "李佳穎", "1005", "ready", "", "wrap_up", 22, { id: "t4", medium: "voice", queue: "客戶服務", customer: "黃建宏", callback: false, held_since: null, watchers: [] }, 26),
    agent("u-omar", "Omar Haddad", "1006", "paused", "lunch", "idle", 1310, null, 17),
    agent("u-tsai", "蔡宗翰", "1007", "paused", "no_answer", "idle", 95, null, 12),
    agent("u-grace", "Grace O’Neill", "1008", "signed_out", "", "idle", 9000, null, 0, "unreachable"),
  ]);
  const wait = (id, medium, queueId, customer, s, position, phase = "waiting") => [id, { id, medium, queue: queueId, customer, enqueued_at: now() - s, position, phase }];
  docs.waiting = Object.fromEntries([wait("t3", "voice", "q-zh", "+886223456789", 41, 1, "offered"), wait("w2", "voice", "q-zh", "吳承恩", 34, 2), wait("w3", "voice", "q-zh", "+85291234567", 12, 3), wait("w4", "email", "q-zh", "張雅雯", 1370, 1), wait("w5", "email", "q-zh", "supply@tsmc-parts.example", 980, 2), wait("w6", "email", "q-en", "Priya Raghunathan", 460, 1)]);
}

// -- scenes -------------------------------------------------------------------------------------------------------------
let calls = 0;
let timers = [];
const later = (s, act) => timers.push(setTimeout(act, s * 1000));

const clocks = () => [
  { kind: "first_response", round: 1, state: "running", due: now() + 700, warn_at: now() - 20, met_at: null, breached_at: null, target_s: 3600, left_s: null },
  { kind: "resolution", round: 1, state: "running", due: now() + 200_000, warn_at: now() + 150_000, met_at: null, breached_at: null, target_s: 57_600, left_s: null },
];

function offer(medium, base) {
  const id = `${medium === "voice" ? "tl" : "ml"}-${(calls += 1)}`;
  const ring = medium === "voice" ? 20 : 45;
  const doc = { id, medium, state: "offered", queue: QUEUES.zh, offer: { id: `${id}/1`, deadline: now() + ring, rang_at: now(), ring_s: ring }, enqueued_at: now() - 34, callback: false, held_since: null, recording: null, consult: null, conference: null, watchers: [], passed_by: null, connected_at: null, finished_at: null, wrap_up_until: null, entry: "0800-000-123", subject: "", case: null, contract: null, clocks: [], note: "", letters: 0, version: 1, ...base };
  change([["items", id, doc]]);
  me({ work: "offered", work_since: now() });
  if (medium === "voice") sip?.ring(doc.customer.address, [["X-Trunkline-Interaction", id], ["X-Trunkline-Offer", `${id}/1`]]);
  return id;
}

const parties = (...ids) => ids.map((id) => PARTIES.find((party) => party.id === id));
const talkingItem = () => Object.values(docs.items).find((each) => each.medium === "voice");

function connect(id) {
  item(id, { state: "connected", connected_at: now(), offer: null });
  me({ work: docs.items[id].medium === "voice" ? "talking" : "letters", work_since: now() });
}

function wrapUp() {
  const call = talkingItem();
  if (call?.state !== "connected") return;
  item(call.id, { state: "wrap_up", finished_at: now(), wrap_up_until: now() + 45 });
  me({ work: "wrap_up", work_since: now() });
}

function done(id) {
  change([], [["items", id]]);
  me({ work: "idle", work_since: now(), since: now() });
}

function requeue(id, reason) {
  done(id);
  me({ status: "paused", reason, since: now() });
  if (reason === "no_answer") change([["notices", id, { id, code: "offer.missed", params: { interaction: id }, at: now() }]]);
}

const SCENES = {
  one: () => offer("voice", { customer: { address: "+886912345678", name: "" }, match: { strength: "one", parties: parties("p-chen") }, contract: CONTRACTS.chen }),
  many: () => offer("voice", { customer: { address: "+886223456789", name: "" }, match: { strength: "many", parties: parties("p-huang", "p-lin", "p-fep") } }),
  none: () => offer("voice", { customer: { address: "+85291234567", name: "" }, match: { strength: "none", parties: [] } }),
  english: () => offer("voice", { queue: QUEUES.en, customer: { address: "+4930901820", name: "" }, match: { strength: "one", parties: parties("p-brandt") }, contract: CONTRACTS.brandt }),
  letter: () => offer("email", { customer: { address: "yichun.chen@hefeng.example", name: "陳怡君" }, entry: "service@trunkline.example", subject: "Re: 十月份發票金額不符", match: { strength: "one", parties: parties("p-chen") }, case: PARTIES[0].cases[0], clocks: clocks(), letters: 3 }),
  stray: () => sip?.ring("+886955000111", []),
  hangup: () => (sip?.bye(), wrapUp()),
  leave: () => { const call = talkingItem(); if (call) { sip?.cancel(); done(call.id); change([["notices", call.id, { id: call.id, code: "offer.customer_left", params: {}, at: now() }]]); } },
  missed: () => { const call = talkingItem(); if (call) { sip?.cancel(); requeue(call.id, "no_answer"); } },
  "pause-link": () => (silent = true),
  "kill-link": () => { for (const peer of consoles) peer.close(1001); consoles.clear(); silent = true; },
  "back-link": () => (silent = false),
  "busy-board": () => change([["queues", "q-zh", queue(QUEUES.zh, 7, 12, 0.52, 0, 5, 151, 31, 164)]]),
  reset: () => { SCENES.clear(); SCENES["back-link"](); user = null; },
  clear: () => { timers.forEach(clearTimeout); timers = []; sip?.bye(); for (const id of Object.keys(docs.items)) done(id); for (const id of Object.keys(docs.notices)) change([], [["notices", id]]); },
};

function play() {
  const order = ["one", "letter", "many", "english", "none"];
  let turn = 0;
  setInterval(() => {
    if (!user || docs.me.me?.status !== "ready" || Object.keys(docs.items).length > 0) return;
    SCENES[order[turn++ % order.length]]();
  }, 6000);
}

// -- API ----------------------------------------------------------------------------------------------------------------
const problem = (status, code, params = {}) => ({ status, type: "application/problem+json", body: { type: "about:blank", title: code, status, code, params, errors: [], request_id: "mock-1" } });
const ok = (body) => ({ status: 200, body });
const nothing = { status: 204 };

async function api(method, path, query, body) {
  if (path === "/login") {
    const who = USERS[body.login];
    if (!who || body.password === "wrong") return problem(401, "login.wrong");
    start(who);
    return ok({ user });
  }
  if (path === "/login/ways") return ok({ oidc: { label: "和豐帳號" }, centre: { name: "和豐客服中心", logo: null } });
  if (path === "/callus") return ok({ uri: "sip:guest-01@mock", user: "guest-01", password: "x", ws_url: `ws://127.0.0.1:${PORT}/sip`, target: "sip:8001@mock", lines: [{ queue: "客戶服務", language: "zh-TW", number: "8001" }, { queue: "International service", language: "en", number: "8002" }] });
  if (!user) return problem(401, "session.ended");
  if (path === "/logout") return (user = null), nothing;
  if (path === "/me" && method === "GET") return ok({ user, centre: { name: "和豐客服中心", logo: null }, build: "mock", due: null });
  if (path === "/me/sign-in") return ok({ has_password: true, password_changed_at: now() - 4e6, factor: { since: null, recovery_codes_left: 0, required: false, available: true }, identities: 0 });
  if (path === "/me/sessions" && method === "GET") return ok({ items: [{ id: "s1", user: user.id, name: user.name, way: "password", strong: false, address: "10.0.0.7", program: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0", started_at: now() - 7200, seen_at: now(), expires_at: now() + 36_000, current: true }] });
  if (path === "/me/tokens" && method === "GET") return ok({ items: [] });
  if (path === "/me") return Object.assign(user, body), ok({ user });
  if (path === "/me/shift" && method === "POST") {
    if (docs.me.me.status === "signed_out") me({ status: "paused", reason: "shift_start", since: now() });
    return ok({ phone: user.extension ? { uri: `sip:${user.extension}@mock`, user: user.extension, password: "x", ws_url: `ws://127.0.0.1:${PORT}/sip` } : null });
  }
  if (path === "/me/shift") return me({ status: "signed_out", since: now() }), nothing;
  if (path === "/me/status") return me({ status: body.status, reason: body.reason ?? "", since: now() }), nothing;
  if (path === "/dispositions") return ok({ items: DISPOSITIONS });
  if (path === "/parties") {
    const found = PARTIES.filter((party) => JSON.stringify(party).toLowerCase().includes((query.get("search") ?? "").toLowerCase()));
    return ok({ items: found.map(({ id, kind, name, organisation, title, tier, phones }) => ({ id, kind, name, organisation, title, tier, phone: phones[0], email: null })), next_cursor: null });
  }
  if (path === "/search") return ok({ items: searched(query.get("q") ?? ""), next_cursor: null });
  const [, room, id, act] = path.split("/").map(decodeURIComponent);
  if (room === "parties") return ok(act === "timeline" ? { items: [], next_cursor: null, kinds: [] } : act === "relations" ? { items: [], types: [] } : { ...PARTIES.find((party) => party.id === id), contact_points: PARTIES.find((party) => party.id === id)?.points ?? [] });
  if (room === "letters") return { status: 200, type: "text/html", body: "<p style='font:16px sans-serif'>林小姐您好：<br><br>附上我們的<b>簽收單</b>與發票掃描檔。</p>" };
  if (room === "offers") return offered(id.split("/")[0], act);
  if (room === "cases" && method === "GET") { const kase = PARTIES.flatMap((party) => party.cases).find((each) => each.id === id); return ok({ case: kase, interactions: [], thread: letters }); }
  if (room === "cases") { for (const each of Object.values(docs.items)) if (each.case?.id === id) item(each.id, { case: { ...each.case, status: body.status } }); return nothing; }
  if (room === "interactions") return interaction(method, id, act, body);
  return problem(404, "route.unknown");
}

function searched(text) {
  const sought = text.trim().toLowerCase();
  const excerpt = (whole) => { const at = whole.toLowerCase().indexOf(sought); return { text: whole, marks: at < 0 ? [] : [[at, at + sought.length]] }; };
  const hit = (kind, id, title, snippet, party, more = {}) => ({ kind, id, title: excerpt(title), snippet: excerpt(snippet), party: party && { id: party.id, name: party.name }, case_id: null, interaction_id: null, at: now() - 9000, rank: 1, ...more });
  const known = PARTIES.flatMap((party) => [hit("party", party.id, party.name, [party.organisation, ...party.phones].join(" "), party), ...party.cases.map((each) => hit("case", each.id, `${each.number} ${each.subject}`, "", party, { case_id: each.id }))]);
  const mail = letters.map((each) => hit("letter", each.id, each.subject || "Re: 十月份發票金額不符", each.text.slice(0, 140), PARTIES[0], { case_id: PARTIES[0].cases[0].id }));
  return [...known, ...mail].filter((each) => each.title.marks.length + each.snippet.marks.length > 0).slice(0, 20);
}

function offered(id, act) {
  if (docs.items[id]?.state !== "offered") return problem(409, "offer.gone");
  if (act === "accept") connect(id);
  else { sip?.cancel(); requeue(id, "declined"); }
  return nothing;
}

const TARGETS = () => ({
  queues: Object.values(docs.queues).filter((each) => each.id !== QUEUES.zh.id).map((each) => ({ id: each.id, name: each.name, language: each.language, waiting: each.waiting.voice + each.waiting.email, ready: each.agents_ready, closed: false })),
  agents: Object.values(docs.agents).filter((each) => each.status !== "signed_out").map((each) => ({ id: each.id, name: each.name, extension: each.extension, status: each.status, work: each.work, free: each.status === "ready" && each.work === "idle", can_be_called: each.extension !== null && ["idle", "letters"].includes(each.work) })).sort((a, b) => Number(b.free) - Number(a.free)),
  outside: true,
});

function consult(id, { agent_id, number }) {
  const asked = { whom: docs.agents[agent_id]?.name ?? number, since: now(), reached_at: null };
  item(id, { held_since: docs.items[id].held_since ?? now(), consult: asked });
  later(4, () => docs.items[id]?.consult && item(id, { consult: { ...asked, reached_at: now() } }));
}

function interaction(method, id, act, body) {
  if (!act) return ok({ ...docs.items[id], id, segments: [], thread: docs.items[id]?.medium === "email" ? letters : [] });
  if (act === "hold") return item(id, { held_since: method === "POST" ? now() : null, consult: null }), nothing;
  if (act === "consult") return consult(id, body), nothing;
  if (act === "conference") return item(id, method === "POST" ? { held_since: null, consult: null, conference: { whom: docs.items[id].consult.whom, since: now() } } : { conference: null }), nothing;
  if (act === "targets") return ok(TARGETS());
  if (act === "transfer") return sip?.bye(), done(id), nothing;
  if (act === "note") return item(id, { note: body.text }), nothing;
  if (act === "party") return item(id, { match: { strength: "one", parties: parties(body.party_id) } }), nothing;
  if (act === "wrong-party") return item(id, { match: { strength: "none", parties: [] } }), nothing;
  if (act === "case") return item(id, { case: { id: "c-new", number: "C-2026-000312", subject: body.subject, status: "open", updated_at: now() } }), { status: 201, body: { case: docs.items[id].case } };
  if (act === "hangup") return SCENES.hangup(), nothing;
  if (act === "reattach") return sip?.ring(docs.items[id].customer.address, [["X-Trunkline-Interaction", id], ["X-Trunkline-Reattach", "1"]]), nothing;
  if (act === "wrapup" || act === "finish" || act === "return") return done(id), nothing;
  if (act === "replies") {
    letters = [...letters, { ...letters[1], id: `l-${letters.length + 1}`, received_at: now(), text: body.text, delivery: "queued" }];
    if (body.finish) done(id);
    else { item(id, { letters: letters.length }); later(2, () => { letters = letters.map((each) => ({ ...each, delivery: each.direction === "out" ? "sent" : null })); item(id, {}); }); }
    return { status: 201, body: { letter_id: "l-9" } };
  }
  return problem(404, "route.unknown");
}

// -- HTTP and sockets ---------------------------------------------------------------------------------------------------
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml", woff2: "font/woff2", md: "text/plain" };

async function page(path, response) {
  const file = path === "/" || path === "/board" ? "index.html" : path === "/callus" ? "callus.html" : path.slice(1);
  try {
    const data = await readFile(new URL(file, STATIC));
    response.writeHead(200, { "Content-Type": TYPES[file.split(".").pop()] ?? "application/octet-stream" }).end(data);
  } catch {
    response.writeHead(404).end("not found; run npm run build first");
  }
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (url.pathname.startsWith("/mock/")) {
    SCENES[url.pathname.slice(6)]?.();
    return response.writeHead(204).end();
  }
  if (!url.pathname.startsWith("/api/v1")) return page(url.pathname, response);
  let text = "";
  for await (const part of request) text += part;
  const answer = await api(request.method, url.pathname.slice(7), url.searchParams, text ? JSON.parse(text) : {});
  if (answer.status === 204) return response.writeHead(204).end();
  const type = answer.type ?? "application/json";
  response.writeHead(answer.status, { "Content-Type": type }).end(type === "text/html" ? answer.body : JSON.stringify(answer.body));
});

server.on("upgrade", (request, socket) => {
  if (request.url === "/sip") {
    const line = exchange(accept(request, socket, "sip"), {
      answered: () => { const call = talkingItem(); if (call?.state === "offered") connect(call.id); },
      ended: () => wrapUp(),
    });
    sip = line;
    return;
  }
  if (silent || !user) return socket.destroy();
  const peer = accept(request, socket);
  peer.onText = (text) => {
    const { resume } = JSON.parse(text);
    consoles.add(peer);
    if (resume?.stream === stream && resume.seq === seq) peer.send(JSON.stringify({ type: "resumed", stream, seq, now: now() }));
    else peer.send(JSON.stringify({ type: "snapshot", stream, seq, now: now(), build: "mock", docs }));
  };
  peer.onClose = () => consoles.delete(peer);
});

setInterval(() => { if (!silent) for (const peer of consoles) peer.send(JSON.stringify({ type: "beat", seq, now: now() })); }, 5000);
if (PLAY) play();
server.listen(PORT, "127.0.0.1", () => console.log(`mock centre on http://127.0.0.1:${PORT} (sign in as mei, anna, wei or sofia, any password but "wrong")`));
