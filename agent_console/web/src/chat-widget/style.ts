/** One sheet for the shadow tree, adopted, so that no page's policy on styles is in its way. `--trunkline-accent` is the site's to set. */
export const STYLE = `
:host { --accent: var(--trunkline-accent, light-dark(#0b6b62, #45c4b4)); --on-accent: var(--trunkline-on-accent, light-dark(#fff, #06211e));
  --surface: light-dark(#fff, #161b1e); --sunken: light-dark(#f2f4f5, #0e1214); --line: light-dark(#dde3e6, #2b343a); --edge: light-dark(#84929a, #6b7a83);
  --text: light-dark(#14202a, #e8edef); --soft: light-dark(#4d5c66, #a5b1b8); --mine: light-dark(#e2f2ef, #12302d); --stop: light-dark(#b3261e, #ff8a80);
  color-scheme: light dark; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang TC", "Noto Sans TC", "Noto Sans CJK TC", "Microsoft JhengHei", sans-serif; color: var(--text); }
:host([lang="zh-CN"]) { font-family: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
:host([theme="light"]) { color-scheme: light; } :host([theme="dark"]) { color-scheme: dark; }
* { box-sizing: border-box; } [hidden] { display: none !important; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border-radius: 10px; border: 1px solid transparent; min-height: 40px; padding: 6px 14px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.launch { position: relative; width: 60px; height: 60px; padding: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: 0 6px 22px rgb(0 0 0 / 28%); display: grid; place-items: center; margin-left: auto; }
.launch svg { width: 28px; height: 28px; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; border-radius: 11px; padding: 0 6px; background: light-dark(#b3261e, #ffb4ab); color: light-dark(#fff, #330c09); font-size: 13px; font-weight: 650; line-height: 22px; }
.panel { width: 380px; height: min(620px, calc(100vh - 40px)); display: flex; flex-direction: column; background: var(--surface); border: 1px solid var(--line); border-radius: 16px; overflow: hidden; box-shadow: 0 12px 44px rgb(0 0 0 / 30%); }
.top { display: flex; align-items: center; gap: 8px; padding: 12px 10px 12px 18px; background: var(--accent); color: var(--on-accent); }
.top h2 { flex: 1; min-width: 0; margin: 0; font-size: 16px; font-weight: 650; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.top button { background: transparent; padding: 0; width: 40px; display: grid; place-items: center; }
.top button:focus-visible { outline-color: currentcolor; outline-offset: -3px; } .top svg, .tool svg { width: 22px; height: 22px; }
.body { flex: 1; min-height: 0; display: flex; flex-direction: column; }
form.ask { padding: 18px; overflow-y: auto; display: flex; flex-direction: column; gap: 14px; } .ask p { margin: 0; white-space: pre-line; }
.field { display: flex; flex-direction: column; gap: 4px; } .field label { font-weight: 600; font-size: 14px; } .field .opt, .hint { font-weight: 400; color: var(--soft); font-size: 13px; }
input:not([type="checkbox"]), textarea { width: 100%; background: var(--sunken); border: 1px solid var(--edge); border-radius: 10px; padding: 9px 12px; min-height: 44px; font-size: 16px; resize: none; }
.agree { display: flex; gap: 10px; align-items: flex-start; font-size: 14px; } .agree input { width: 20px; height: 20px; flex: none; margin: 1px 0 0; accent-color: var(--accent); } .agree span { white-space: pre-line; }
.go { background: var(--accent); color: var(--on-accent); font-weight: 650; min-height: 46px; text-decoration: none; text-align: center; border-radius: 10px; display: block; padding: 10px 16px; } .go[disabled] { opacity: .6; cursor: default; }
.plain { background: transparent; border-color: var(--edge); color: var(--text); }
.wrong { color: var(--stop); font-size: 14px; margin: 0; }
.state { margin: 0; padding: 8px 18px; font-size: 14px; color: var(--soft); background: var(--sunken); border-bottom: 1px solid var(--line); } .state.off { color: var(--stop); font-weight: 600; }
.log { flex: 1; min-height: 0; overflow-y: auto; padding: 16px 14px; display: flex; flex-direction: column; gap: 8px; overscroll-behavior: contain; }
.msg { max-width: 82%; display: flex; flex-direction: column; gap: 2px; align-self: flex-start; align-items: flex-start; } .msg.visitor { align-self: flex-end; align-items: flex-end; }
.who, .mark { font-size: 12.5px; color: var(--soft); padding: 0 6px; } .mark.wrong { padding: 0 6px; }
.say { background: var(--sunken); border: 1px solid var(--line); border-radius: 14px 14px 14px 4px; padding: 8px 12px; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; } .visitor .say { background: var(--mine); border-radius: 14px 14px 4px; }
.sys { align-self: center; text-align: center; font-size: 13px; color: var(--soft); margin: 4px 12px; }
.say img { display: block; max-width: 100%; max-height: 220px; border-radius: 8px; } .say button { min-height: 36px; text-align: left; overflow-wrap: anywhere; }
.types { min-height: 22px; padding: 0 18px; font-size: 13px; color: var(--soft); margin: 0; }
.write { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px calc(10px + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); }
.write textarea { flex: 1; max-height: 120px; } .tool { width: 44px; min-height: 44px; padding: 0; display: grid; place-items: center; flex: none; background: transparent; color: var(--soft); } .tool.send { background: var(--accent); color: var(--on-accent); } .tool[disabled] { opacity: .5; cursor: default; }
.after { display: flex; flex-direction: column; gap: 8px; padding: 12px 16px calc(14px + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); } .after p { margin: 0; } .after .two { display: flex; gap: 8px; } .two > * { flex: 1; }
@media (max-width: 520px) {
  :host([data-open]) { inset: 0; width: auto; }
  .panel { position: fixed; left: 0; right: 0; top: var(--seen-top, 0px); width: auto; height: var(--seen-height, 100dvh); border: 0; border-radius: 0; box-shadow: none; }
}
@media (prefers-reduced-motion: no-preference) { .panel { animation: come .16s ease-out; } @keyframes come { from { opacity: 0; transform: translateY(8px); } } }
`;
