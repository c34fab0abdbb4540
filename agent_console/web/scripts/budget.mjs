// The console's first load, compressed, against its budget; the build fails when it is passed.
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
if (over) process.exit(1);
