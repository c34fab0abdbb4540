import { defineConfig } from "vite";

// The chat widget: one file of its own for other people's pages, with nothing of the console in it.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../static/chat",
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: "src/chat-widget/main.ts", formats: ["es"], fileName: () => "trunkline-chat.js" },
  },
});
