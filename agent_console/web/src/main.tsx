import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/desk.css";
import "./styles/board.css";
import "./styles/sla.css";
import "./styles/contracts.css";
import "./styles/records.css";
import "./styles/imports.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { applyLook, rememberedLook } from "./look";
import { firstLanguage, startLanguages } from "./i18n";

applyLook(rememberedLook());
await startLanguages(firstLanguage());
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
