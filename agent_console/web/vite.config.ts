import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `dev` proxies to a running Trunkline, or to dev/mock.mjs, which plays a day at a small centre.
const server = process.env["TRUNKLINE_URL"] ?? "http://127.0.0.1:5190";

export default defineConfig({
  plugins: [react(), { ...optimizeLocales.vite({ locales: ["en-US", "zh-TW", "zh-CN"] }), enforce: "pre" }],
  server: { port: 5180, strictPort: true, proxy: { "/api": { target: server, ws: true } } },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    license: { fileName: "licenses.md" },
    rolldownOptions: { input: { index: "index.html", callus: "callus.html" } },
  },
  // a busy machine reads all sources slowly
  test: { environment: "jsdom", include: ["test/**/*.test.{ts,tsx}"], testTimeout: 30_000 },
});
