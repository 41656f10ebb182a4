// A form that writes goes out once, however often its button is pressed while the answer is awaited:
// gloved hands press twice. What it writes to the ledger counts once without this file too; what it
// sends elsewhere, such as labels to a printer, does not.
(() => {
  "use strict";
  // Who presses again after so long means it: the answer may never come.
  const SAME_MS = 5000;
  const sent = new Map();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    const now = performance.now();
    if (now - (sent.get(form)?.at ?? -SAME_MS) < SAME_MS) {
      event.preventDefault();
      return;
    }
    sent.set(form, { at: now, button: event.submitter });
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Who comes back finds the page as it was kept.
  window.addEventListener("pageshow", () => {
    for (const { button } of sent.values()) button?.removeAttribute("aria-busy");
    sent.clear();
  });
})();
