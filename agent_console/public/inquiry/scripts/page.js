// The form's own page: what it asks when, the work that tells a person's browser from a sender of thousands, its height for whoever frames it.
// Without it everything works as well, only slower.
"use strict";
(() => {
  const form = document.querySelector("form[data-inquiry]");

  // -- a question is shown when an earlier one has one of these answers --------------------------------------------------
  const asked = form ? [...form.querySelectorAll("[data-when]")] : [];
  const answers = (name) => [...form.elements].filter((field) => field.name === name && (field.type === "radio" || field.type === "checkbox" ? field.checked : true)).map((field) => field.value);
  const show = () => {
    for (const each of asked) {
      const source = [...form.elements].filter((field) => field.name === each.dataset.when);
      const hidden = source.length > 0 && source.every((field) => field.closest("[data-when]")?.hidden);
      const given = answers(each.dataset.when);
      const said = given.length === 0 && source.length === 1 && source[0].type === "checkbox" ? ["no"] : given;
      each.hidden = hidden || !said.some((value) => each.dataset.values.split(" ").includes(value));
      for (const field of each.querySelectorAll("input, textarea, select")) field.disabled = each.hidden;
      for (const note of each.querySelectorAll(".only")) note.hidden = true;
    }
  };
  if (asked.length > 0) {
    form.addEventListener("change", show);
    show();
  }

  // -- work: SHA-256 of "<token>:<number>" begins with so many zeros ------------------------------------------------------
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  (() => {
    let found = 0;
    const part = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
    for (let n = 2; found < 64; n++) {
      let prime = true;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
      if (!prime) continue;
      if (found < 8) START[found] = part(Math.sqrt(n));
      K[found++] = part(Math.cbrt(n));
    }
  })();
  const W = new Uint32Array(64);
  const block = (state, bytes, at) => {
    for (let i = 0; i < 16; i++) W[i] = (bytes[at + 4 * i] << 24) | (bytes[at + 4 * i + 1] << 16) | (bytes[at + 4 * i + 2] << 8) | bytes[at + 4 * i + 3];
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15], b = W[i - 2];
      W[i] = (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + W[i - 7] + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10)) + W[i - 16];
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    const next = [a, b, c, d, e, f, g, h];
    return Uint32Array.from(state, (word, i) => word + next[i]);
  };
  const first = (text) => {
    const words = new TextEncoder().encode(text);
    const size = Math.ceil((words.length + 9) / 64) * 64;
    const bytes = new Uint8Array(size);
    bytes.set(words);
    bytes[words.length] = 0x80;
    new DataView(bytes.buffer).setUint32(size - 4, words.length * 8);
    let state = START;
    for (let at = 0; at < size; at += 64) state = block(state, bytes, at);
    return state[0];
  };
  const proof = form?.elements["form_proof"];
  const token = form?.elements["form_token"]?.value;
  let done = null;
  if (proof && token) {
    const shift = 32 - Number(form.dataset.bits);
    done = new Promise((ready) => {
      let number = 0;
      const slice = () => {
        const until = performance.now() + 12;
        while (performance.now() < until) {
          for (let i = 0; i < 50; i++, number++) {
            if (first(`${token}:${number}`) >>> shift === 0) {
              proof.value = String(number);
              ready();
              return;
            }
          }
        }
        setTimeout(slice, 0);
      };
      slice();
    });
    const opened = performance.now();
    let sending = false;
    form.addEventListener("submit", (event) => {
      const early = Number(form.dataset.least) * 1000 + 500 - (performance.now() - opened);
      if (sending || (proof.value !== "" && early <= 0)) return;
      event.preventDefault();
      sending = true;
      for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
      Promise.all([done, new Promise((later) => setTimeout(later, Math.max(0, early)))]).then(() => form.requestSubmit());
    });
  }

  // -- what is wrong is read first ----------------------------------------------------------------------------------------
  document.getElementById("problem")?.focus();

  // -- as high as it is, for the page around it ---------------------------------------------------------------------------
  if (window.parent !== window) {
    const tell = () => window.parent.postMessage({ trunkline: "form", height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
    new ResizeObserver(tell).observe(document.documentElement);
    tell();
  }
})();
