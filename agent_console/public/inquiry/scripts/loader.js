// Shows an inquiry form within any page: <script src="https://desk.example/forms.js" data-form="contact" async></script>, or
// <trunkline-form key="contact"></trunkline-form>. The form is a frame of its own, as high as it needs to be; nothing of the page around it is read.
"use strict";
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const language = (tag) => (/^zh-(tw|hk|mo|hant)/i.test(tag) ? "zh-TW" : /^zh/i.test(tag) ? "zh-CN" : /^en/i.test(tag) ? "en" : "");

  class TrunklineForm extends HTMLElement {
    connectedCallback() {
      const frame = document.createElement("iframe");
      const address = new URL(`/forms/${encodeURIComponent(this.getAttribute("key") ?? "")}`, origin);
      address.searchParams.set("embed", "1");
      const spoken = language(this.lang || this.closest("[lang]")?.lang || "");
      if (spoken) address.searchParams.set("lang", spoken);
      for (const { name, value } of this.attributes) if (name.startsWith("data-f-")) address.searchParams.set(`f.${name.slice(7).replaceAll("-", "_")}`, value);
      frame.src = address.href;
      frame.title = this.getAttribute("label") || document.title || "Form";
      frame.referrerPolicy = "origin-when-cross-origin";
      Object.assign(frame.style, { display: "block", width: "100%", height: "480px", border: "0", colorScheme: "normal" });
      this.style.display = "block";
      (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(frame);
      this.listen = (event) => {
        if (event.source !== frame.contentWindow || event.origin !== origin || event.data?.trunkline !== "form") return;
        const height = Number(event.data.height);
        if (height > 0 && height < 20000) frame.style.height = `${height}px`;
      };
      window.addEventListener("message", this.listen);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.listen);
    }
  }
  if (!customElements.get("trunkline-form")) customElements.define("trunkline-form", TrunklineForm);

  if (script.dataset.form) {
    const element = document.createElement("trunkline-form");
    element.setAttribute("key", script.dataset.form);
    for (const name of ["lang", "label"]) if (script.dataset[name]) element.setAttribute(name, script.dataset[name]);
    script.after(element);
  }
})();
