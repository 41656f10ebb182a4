// Shortcuts of the keyboard, as /help lists them. Everything works without this file.
// A scanner is a keyboard too: a key counts only where no other comes close before or behind it,
// none counts on the page for scanning, and an Enter at the end of a scan presses nothing.
(() => {
  "use strict";
  const NAME = "stock-shortcuts";
  // People leave more between two keys, scanners less.
  const GAP_MS = 50;
  const WAIT_FOR_LETTER_MS = 2000;
  const isScanning = document.getElementById("scan") !== null;
  const isOn = () => {
    try {
      return localStorage.getItem(NAME) !== "off";
    } catch {
      return true;
    }
  };
  const isField = (target) => target instanceof Element && target.matches("input, select, textarea, [contenteditable]");

  // Rows of lists: the first link of each, by which Enter opens it.
  let last = "";
  const step = (by) => {
    const rows = Array.from(document.querySelectorAll("main table.list tbody tr"), (row) => row.querySelector("a[href]"));
    const links = rows.filter((link) => link !== null && link.checkVisibility());
    const row = document.activeElement.closest("tr");
    const isHere = (link) => row === null ? link.href === last : row.contains(link);
    const next = links[links.findIndex(isHere) + by];
    if (!next) return;
    last = next.href;
    next.focus();
  };
  const search = () => {
    const field = document.querySelector("main input[type='search']") || document.querySelector("input[type='search']");
    if (!field) return;
    field.focus();
    field.select();
  };
  const press = (css) => {
    const link = document.querySelector(css);
    if (link) link.click();
  };

  // The list of the keys, from the page of all help, over whatever is open.
  const KEYS = "/help#shortcuts";
  const keysOfHelp = async () => {
    try {
      const html = await (await fetch(KEYS)).text();
      return new DOMParser().parseFromString(html, "text/html").getElementById("shortcuts");
    } catch {
      return null;
    }
  };
  const showKeys = async () => {
    const part = document.getElementById("shortcuts") ? null : await keysOfHelp();
    if (part === null) {
      location.assign(KEYS);
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "shortcuts-title");
    const box = document.createElement("article");
    box.append(part);
    dialog.append(box);
    document.body.append(dialog);
    showSwitch();
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  };
  const showSwitch = () => {
    const place = document.getElementById("shortcuts-switch");
    if (!place) return;
    place.hidden = false;
    place.querySelector("input").checked = isOn();
  };
  document.addEventListener("change", (event) => {
    if (!event.target.closest("#shortcuts-switch")) return;
    try {
      localStorage.setItem(NAME, event.target.checked ? "on" : "off");
    } catch {
      // What cannot be kept stays as it is.
    }
    showSwitch();
  });
  showSwitch();

  const does = new Map([
    ["/", search],
    ["?", showKeys],
    ["n", () => press("main header.page a[href$='/new']")],
    ["j", () => step(1)],
    ["k", () => step(-1)],
    ["g", () => awaitLetter(true)],
  ]);
  // Behind a g the next letter leads to a page.
  let letterTimer = null;
  const awaitLetter = (on) => {
    clearTimeout(letterTimer);
    document.body.toggleAttribute("data-awaits-letter", on);
    if (on) letterTimer = setTimeout(awaitLetter, WAIT_FOR_LETTER_MS, false);
  };
  const actOf = (key) => {
    if (!document.body.hasAttribute("data-awaits-letter")) return does.get(key);
    awaitLetter(false);
    return /^[a-z]$/.test(key) ? () => press(`nav.side a[data-go='${key}']`) : undefined;
  };

  let typed = -GAP_MS;
  let waiting = null;
  document.addEventListener("keydown", (event) => {
    if (["Shift", "Control", "Alt", "Meta", "CapsLock"].includes(event.key)) return;
    clearTimeout(waiting);
    // A key that is held down repeats; a scanner never does.
    const isBurst = event.timeStamp - typed < GAP_MS && !event.repeat;
    if (event.key.length === 1) typed = event.timeStamp;
    const help = document.querySelector("details.help[open]");
    if (event.key === "Escape" && help) {
      help.open = false;
      help.querySelector("summary").focus();
    } else if (event.key === "Enter" && isBurst && !isField(event.target)) {
      event.preventDefault();
    }
    const isLeft = isBurst || isScanning || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey;
    if (isLeft || isField(event.target) || document.querySelector("dialog[open]") || !isOn()) return;
    const act = actOf(event.key);
    if (!act) return;
    event.preventDefault();
    if (event.repeat) act();
    else waiting = setTimeout(act, GAP_MS);
  });
})();
