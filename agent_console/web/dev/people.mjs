// The mock's customers, queues and letters: a small centre in Taipei.
/** What a customer's card holds of numbers and addresses, and of all that nobody has said of them. */
const reached = (phones, emails) => ({
  phones, emails,
  points: [...phones.map((normal) => ["phone", normal]), ...emails.map((normal) => ["email", normal])].map(([kind, normal]) => ({ id: normal, kind, raw: normal, normal, label: "", primary: false, current: true, valid_from: null, valid_until: null, verified_at: null, invalid_since: null, invalid_reason: null, opted_out_at: null })),
  superior: null, traits: [], lifecycle: null, membership: null, preferred_channel: null, contact_times: null, do_not_contact: false, script: null,
});

export const now = () => Date.now() / 1000;
const ago = (s) => now() - s;
const DAY = 86_400;

export const QUEUES = {
  zh: { id: "q-zh", name: "客戶服務", language: "zh-TW" },
  en: { id: "q-en", name: "International service", language: "en" },
};

export const USERS = {
  mei: { id: "u-mei", login: "mei", name: "林美玲", role: "agent", language: "zh-TW", theme: "system", density: "comfortable", extension: "1001" },
  anna: { id: "u-anna", login: "anna", name: "Anna Keller", role: "agent", language: "en", theme: "system", density: "comfortable", extension: "1002" },
  wei: { id: "u-wei", login: "wei", name: "王志伟", role: "agent", language: "zh-CN", theme: "system", density: "comfortable", extension: "1003" },
  sofia: { id: "u-sofia", login: "sofia", name: "陳淑芬", role: "supervisor", language: "zh-TW", theme: "system", density: "comfortable", extension: null },
};

const past = (id, medium, days, extra) => ({ id, medium, queue: "客戶服務", at: ago(days * DAY), agent: "林美玲", disposition: null, outcome: "handled", subject: null, ...extra });
const kase = (n, subject, status, days) => ({ id: `c-${n}`, number: `C-2026-000${n}`, subject, status, updated_at: ago(days * DAY) });

const contract = (extra) => ({ id: "k-1", number: "K-2026-000017", name: "年度維護", level: "premium", state: "active", ends_on: "2026-12-18", when_over: "charge", calls: { max: 3, used: 3, left: 0 }, minutes: { max: 600, used: 214, left: 386 }, over: "calls", over_by: 1, told: "calls-left-0", ...extra });
const lastMonth = contract({ id: "k-2", number: "K-2026-000004", name: "Gold care", level: "standard", state: "renewal_due", calls: { max: 40, used: 12, left: 28 }, minutes: null, over: null, over_by: 0, told: null });
export const CONTRACTS = { chen: contract({}), brandt: lastMonth };
const BARE = { strength: "exact", remembered: null, contracts: [], assets: [], purchases: { count: 0, departments: [], bought: [] }, open_cases: 0, last_inquiry: null };
const MORE = {
  "p-chen": {
    strength: "confirmed", remembered: { id: "r-1", kind: "phone", number: "+886912345678", verdict: "confirmed", trusted: false, by: "林美玲", at: ago(19 * DAY) }, contracts: [contract({ told: null })],
    assets: [{ id: "a-1", serial_number: "HF-20419988", product: "冷藏櫃 CX-3", warranty_until: "2027-05-14", status: "in_use" }, { id: "a-2", serial_number: "HF-10018820", product: "包裝機 P200", warranty_until: "2025-03-31", status: "in_use" }],
    purchases: { count: 7, departments: [{ name: "信義門市", times: 5, amounts: { TWD: "128400.0000" }, last_at: ago(9 * DAY) }, { name: "網路商店", times: 2, amounts: { TWD: "6980.0000" }, last_at: ago(40 * DAY) }], bought: [{ what: "冷藏櫃 CX-3", department: "信義門市", quantity: 1, amount: "98000.0000", currency: "TWD", at: ago(9 * DAY) }, { what: "保鮮盒", department: "信義門市", quantity: 48, amount: "5760.0000", currency: "TWD", at: ago(21 * DAY) }] },
    open_cases: 2, last_inquiry: { case_id: "c-311", number: "C-2026-000311", subject: "十月份發票金額不符", at: ago(0.4 * DAY), ended: "open", missed: true },
  },
  "p-brandt": { contracts: [lastMonth], open_cases: 1, last_inquiry: { case_id: "c-305", number: "C-2026-000305", subject: "Customs papers for container MSKU 402", at: ago(DAY), ended: "open", missed: false } },
};

const KNOWN = [
  {
    id: "p-chen", kind: "person", name: "陳怡君", organisation: "禾豐食品股份有限公司", title: "採購經理", department: "採購部", tier: "gold", language: "zh-TW", note: "習慣週三下午聯絡；發票要開公司抬頭，並附上訂單編號。",
    ...reached(["+886912345678", "+886227001234"], ["yichun.chen@hefeng.example"]),
    cases: [kase(311, "十月份發票金額不符", "open", 0.4), kase(287, "冷藏貨車延遲到貨", "pending", 6), kase(120, "變更送貨地址", "solved", 64)],
    interactions: [past("h1", "email", 0.4, { subject: "十月份發票金額不符" }), past("h2", "voice", 6, { subject: "冷藏貨車延遲到貨", disposition: "已回覆" }), past("h3", "voice", 19, { outcome: "abandoned", agent: null }), past("h4", "voice", 64, { subject: "變更送貨地址" })],
  },
  {
    id: "p-huang", kind: "person", name: "黃建宏", organisation: "遠東精密工業", title: "總務", department: "管理部", tier: "standard", language: "zh-TW", note: "", ...reached(["+886223456789"], ["ch.huang@fep.example"]),
    cases: [kase(298, "影印機租約續約", "open", 2)], interactions: [past("h5", "voice", 2, { subject: "影印機租約續約" })],
  },
  {
    id: "p-lin", kind: "person", name: "林雅婷", organisation: "遠東精密工業", title: "會計", department: "財務部", tier: "gold", language: "zh-TW", note: "", ...reached(["+886223456789"], ["yt.lin@fep.example"]),
    cases: [], interactions: [past("h6", "email", 11, { subject: "付款條件確認" })],
  },
  {
    id: "p-fep", kind: "organisation", name: "遠東精密工業", organisation: null, title: null, department: null, tier: "vip", language: "zh-TW", note: "", ...reached(["+886223456789"], ["service@fep.example"]), cases: [kase(256, "年度維護合約", "pending", 30)], interactions: [],
  },
  {
    id: "p-brandt", kind: "person", name: "Katharina Brandt-Sørensen", organisation: "Nordlicht Logistik GmbH", title: "Head of Operations", department: "", tier: "vip", language: "en", note: "Prefers a written summary after each call.", ...reached(["+4930901820"], ["k.brandt@nordlicht.example"]),
    cases: [kase(305, "Customs papers for container MSKU 402", "open", 1)], interactions: [past("h7", "email", 1, { subject: "Customs papers for container MSKU 402", queue: "International service", agent: "Anna Keller" }), past("h8", "voice", 8, { subject: "Rate request Q1", queue: "International service", agent: "Anna Keller" })],
  },
];
export const PARTIES = KNOWN.map((party) => ({ ...BARE, ...party, ...MORE[party.id] }));

export const DISPOSITIONS = [
  ["resolved", "Resolved", "已解決", "已解决"], ["information", "Information given", "已提供資訊", "已提供信息"], ["case", "Case opened", "已建立案件", "已创建工单"], ["callback", "Call back later", "稍後回電", "稍后回电"],
  ["complaint", "Complaint", "客訴", "投诉"], ["order", "Order placed", "已下訂單", "已下订单"], ["wrong_number", "Wrong number", "撥錯號碼", "拨错号码"], ["spam", "Nuisance", "騷擾來電", "骚扰来电"],
].map(([code, en, tw, cn]) => ({ code, labels: { en, "zh-TW": tw, "zh-CN": cn } }));

const letter = (id, direction, person, address, at, text, extra = {}) => ({
  id, direction, from: { name: person, address }, to: [{ name: "客戶服務", address: "service@trunkline.example" }], cc: [], subject: "", date: at, received_at: at, text, has_html: false, marks: [], attachments: [], delivery: null, author: null, ...extra,
});

export const thread = () => [
  letter("l-1", "in", "陳怡君", "yichun.chen@hefeng.example", ago(1.3 * DAY), "您好：\n\n十月份的發票金額與訂單不符，請協助確認。訂單編號 A-20261014。\n\n陳怡君", {}),
  letter("l-2", "out", "客戶服務", "service@trunkline.example", ago(0.9 * DAY), "陳小姐您好：\n\n謝謝您的來信，我們正在向倉庫確認實際出貨數量，明天中午前回覆您。\n\n林美玲\n客戶服務", { delivery: "sent", author: "林美玲", to: [{ name: "陳怡君", address: "yichun.chen@hefeng.example" }] }),
  letter("l-3", "in", "陳怡君", "yichun.chen@hefeng.example", ago(0.02 * DAY),
    "林小姐您好：\n\n附上我們的簽收單與發票掃描檔。簽收數量是 48 箱，發票上卻是 52 箱，差額 NT$ 6,240。\n\n請在月底結帳前更正，或開立折讓單。若需要其他文件請告訴我。\n\n謝謝，\n陳怡君\n禾豐食品股份有限公司 採購部\n\n2026年11月22日 林美玲 寫道：\n> 陳小姐您好：\n>\n> 謝謝您的來信，我們正在向倉庫確認實際出貨數量，明天中午前回覆您。",
    { has_html: true, marks: ["remote_blocked"], attachments: [{ id: "a-1", name: "簽收單_A-20261014.pdf", content_type: "application/pdf", size: 184_320 }, { id: "a-2", name: "發票_10月.png", content_type: "image/png", size: 1_402_880 }] }),
];
