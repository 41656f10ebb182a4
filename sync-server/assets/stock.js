// News for open pages. Everything works without this file; it only saves pressing "reload".
// An element with hx-trigger="news from:body" fetches itself anew when stock changed somewhere;
// whoever does not see the page is told so, once for all of its parts.
(() => {
  "use strict";
  const address = document.body.dataset.live;
  if (!address || !window.EventSource) return;
  let source = null;
  let waiting = null;
  // What somebody is typing in a part that would be fetched anew stays until it is sent or empty.
  const isBusy = () => {
    const fields = document.querySelectorAll("[hx-trigger~='news'] input, [hx-trigger~='news'] select, [hx-trigger~='news'] textarea");
    return Array.from(fields).some((field) => field === document.activeElement
      || (field.type === "checkbox" && field.checked !== field.defaultChecked)
      || (field.type !== "hidden" && field.defaultValue !== undefined && field.value !== field.defaultValue));
  };
  // Said at most so often: a busy house has news all the time.
  const SAID_MS = 60000;
  const content = document.getElementById("content");
  const status = document.getElementById("news");
  let before = null;
  let settling = null;
  let said = -SAID_MS;
  const say = () => {
    if (content.textContent !== before && performance.now() - said >= SAID_MS) {
      said = performance.now();
      status.textContent = status.dataset.said;
    }
    before = null;
  };
  // Who walks by Tab and stands in a part that is fetched anew stands in the same place of the new
  // one, or on its nearest; a browser alone would put them back to the beginning of the page.
  const REACHED = "a[href], button, input, select, textarea, summary";
  const called = (element) => [element.tagName, element.getAttribute("href"), element.name, element.value, element.textContent].join("\n");
  let stood = null;
  const stand = () => {
    const part = document.activeElement.closest("[hx-trigger~='news'][id]");
    if (part === null) return null;
    const all = Array.from(part.querySelectorAll(REACHED));
    const at = all.indexOf(document.activeElement);
    const name = called(document.activeElement);
    const among = all.slice(0, at).filter((one) => called(one) === name).length;
    return { part: part.id, at, name, among };
  };
  const standAgain = () => {
    const part = stood && document.getElementById(stood.part);
    if (!part || document.activeElement !== document.body) return;
    const all = Array.from(part.querySelectorAll(REACHED));
    const next = all.filter((one) => called(one) === stood.name).at(stood.among) || all[Math.min(stood.at, all.length - 1)];
    stood = null;
    if (next) next.focus({ preventScroll: true });
  };
  document.body.addEventListener("htmx:after:swap", () => {
    standAgain();
    if (before === null) return;
    clearTimeout(settling);
    settling = setTimeout(say, 500);
  });
  const tell = () => {
    if (isBusy()) {
      waiting = setTimeout(tell, 2000);
      return;
    }
    waiting = null;
    before = content.textContent;
    status.textContent = "";
    stood = stand();
    document.body.dispatchEvent(new CustomEvent("news", { bubbles: true }));
  };
  // A sync brings many entries at once: one look after it is enough.
  const hear = () => {
    if (waiting === null) waiting = setTimeout(tell, 300);
  };
  const connect = () => {
    if (source !== null) return;
    source = new EventSource(address);
    source.addEventListener("stock", hear);
    let again = false;
    source.addEventListener("open", () => {
      document.body.dataset.hears = "";
      // What happened while the network was away was told to nobody.
      if (again) hear();
      again = true;
    });
  };
  // A browser has few connections to one server; pages that nobody sees give theirs back.
  const leave = () => {
    if (source === null) return;
    source.close();
    source = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leave();
    } else {
      connect();
      hear();
    }
  });
  window.addEventListener("pagehide", leave);
  // Only behind the loading of the page: a connection that never ends would count as part of it.
  const begin = () => setTimeout(() => {
    if (!document.hidden) connect();
  }, 0);
  if (document.readyState === "complete") {
    begin();
  } else {
    window.addEventListener("load", begin);
  }
})();
