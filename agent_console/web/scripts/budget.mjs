// The console's first load and the chat widget, compressed, against their budgets; the build fails when it is passed.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = { "index.html": 250, "callus.html": 60 };
const STATIC = new URL("../../static/", import.meta.url);
const kilobytes = (path) => gzipSync(readFileSync(new URL(path.replace(/^\//, ""), STATIC))).length / 1024;

let over = false;
for (const [page, limit] of Object.entries(BUDGET)) {
  const html = readFileSync(new URL(page, STATIC), "utf8");
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map((found) => found[1]);
  const total = files.reduce((sum, file) => sum + kilobytes(file), kilobytes(page));
  over ||= total > limit;
  console.log(`${page}: first load ${total.toFixed(1)} KB of ${limit} KB gz (without fonts, languages, phone)`);
}
const WIDGET = { file: "chat/trunkline-chat.js", limit: 25 };
const widget = kilobytes(WIDGET.file);
over ||= widget > WIDGET.limit;
console.log(`${WIDGET.file}: ${widget.toFixed(1)} KB of ${WIDGET.limit} KB gz`);
if (over) process.exit(1);
