// Scanning: scans go into a queue of this browser first, each with an id by which the server takes
// it once, and leave it when they are answered. Whoever scans never waits for the server. Everything
// works without this file too, one code at a time.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const root = byId("scan");
  if (!root) return;
  const field = byId("scan-text");
  const KEY = `stock-scans:${root.dataset.user}`;
  const AT_ONCE = 40;
  const PATIENCE_MS = 20000;
  const RESUME_MS = 12 * 60 * 60 * 1000;
  const GS = "\u241d";

  // What this browser keeps: scans that wait, and where the session stood.
  let memory = { queue: [], stands: "", saved: 0 };
  let isKept = true;
  const load = () => {
    if (!isKept) return memory;
    try {
      const store = JSON.parse(localStorage.getItem(KEY));
      if (store && Array.isArray(store.queue)) return store;
    } catch {
      isKept = false;
    }
    return memory;
  };
  const save = (store) => {
    store.saved = Date.now();
    memory = store;
    try {
      localStorage.setItem(KEY, JSON.stringify(store));
      isKept = true;
    } catch {
      isKept = false;
    }
  };
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // Sounds without files. A browser lets a page sound only once somebody has touched it.
  const TONES = {
    ok: [[880, 0, 0.08]],
    warning: [[620, 0, 0.12], [620, 0.18, 0.12]],
    error: [[220, 0, 0.22], [170, 0.26, 0.34]],
  };
  let audio = null;
  const isOn = (name) => {
    try {
      return localStorage.getItem(`stock-${name}`) !== "off";
    } catch {
      return true;
    }
  };
  const wake = () => {
    const Context = window.AudioContext;
    if (audio === null && Context && isOn("scan-sound")) audio = new Context();
  };
  const sound = (sign) => {
    if (!isOn("scan-sound") || !TONES[sign]) return;
    // For whoever cannot hear it, such as a test.
    root.dataset.sounded = sign;
    if (sign === "error" && navigator.vibrate) navigator.vibrate(250);
    if (audio === null) return;
    for (const [pitch, begin, length] of TONES[sign]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.type = sign === "error" ? "sawtooth" : "sine";
      tone.frequency.value = pitch;
      volume.gain.value = 0.25;
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + begin);
      tone.stop(audio.currentTime + begin + length);
    }
  };
  const toggle = (button, name, change) => {
    const show = () => {
      button.setAttribute("aria-pressed", String(isOn(name)));
      change(isOn(name));
    };
    button.addEventListener("click", () => {
      try {
        localStorage.setItem(`stock-${name}`, isOn(name) ? "off" : "on");
      } catch {
        // What is not kept stays as it is.
      }
      show();
      field.focus();
    });
    show();
  };

  // What waits, since when, and why.
  let trouble = "";
  const show = () => {
    const { queue } = load();
    const oldest = queue.length === 0 ? 0 : Math.max(0, Math.round((Date.now() - queue[0].at) / 1000));
    const waiting = oldest > 0 ? `${queue.length} · ${oldest} s` : String(queue.length);
    const told = trouble || (isKept ? "" : root.dataset.notKept);
    if (byId("scan-waiting").textContent !== waiting) byId("scan-waiting").textContent = waiting;
    if (byId("scan-trouble").textContent !== told) byId("scan-trouble").textContent = told;
    byId("scan-again").hidden = trouble === "";
    byId("scan-queue").classList.toggle("trouble", trouble !== "");
  };

  let isBusy = false;
  let tries = 0;
  let timer = null;
  const fail = (text, goesOn) => {
    tries += 1;
    if (tries === 1) {
      sound("error");
      byId("scan-heard").textContent = text;
    }
    trouble = text;
    if (goesOn) timer = setTimeout(send, Math.min(15000, 500 * 2 ** Math.min(tries, 6)));
    return false;
  };
  const taken = (part) => {
    const answered = new Set((part.dataset.answered || "").split(" "));
    const store = load();
    store.queue = store.queue.filter((scan) => !answered.has(scan.id));
    store.stands = part.dataset.stands || "";
    save(store);
    tries = 0;
    trouble = "";
    byId("scan-state").replaceWith(part);
    sound(part.dataset.sign);
    const said = byId("scan-said");
    byId("scan-heard").textContent = part.dataset.sign && said ? said.textContent.replace(/\s+/g, " ") : "";
    show();
  };
  const sendSome = async () => {
    const store = load();
    const some = store.queue.slice(0, AT_ONCE);
    const body = new URLSearchParams({ user: root.dataset.user, stands: store.stands || "" });
    for (const scan of some) {
      body.append("id", scan.id);
      body.append("text", scan.text);
      body.append("ago", String(Math.max(0, Date.now() - scan.at)));
    }
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), PATIENCE_MS);
    let reply = null;
    let html = "";
    try {
      reply = await fetch("/scan", { method: "POST", body, headers: { "hx-request": "true" }, signal: stop.signal });
      html = await reply.text();
    } catch {
      return fail(root.dataset.noAnswer, true);
    } finally {
      clearTimeout(limit);
    }
    if (reply.status === 401) return fail(root.dataset.logInAgain, false);
    if (reply.status >= 500 || reply.status === 429) return fail(root.dataset.noAnswer, true);
    const part = reply.ok && new DOMParser().parseFromString(html, "text/html").getElementById("scan-state");
    if (!part || (some.length > 0 && !part.dataset.answered)) return fail(root.dataset.refused, false);
    taken(part);
    return true;
  };
  async function send(resumes) {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    try {
      if (resumes === true && !await sendSome()) return;
      while (load().queue.length > 0 && await sendSome());
    } finally {
      isBusy = false;
      show();
    }
  }

  const push = (text) => {
    const code = text.trim();
    if (code === "") return;
    const store = load();
    store.queue.push({ id: newId(), text: code, at: Date.now() });
    save(store);
    show();
    send();
  };
  root.addEventListener("scanned", (event) => push(event.detail));

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && button.name === "text") {
      push(button.value);
    } else {
      push(field.value);
      field.value = "";
    }
    field.focus();
  });
  byId("scan-again").addEventListener("click", () => {
    send();
    field.focus();
  });
  window.addEventListener("online", send);
  window.addEventListener("storage", show);
  setInterval(show, 1000);

  // The separator of codes that keyboards lack: scanners send it as Ctrl+], F8 or Alt+029.
  const separate = () => {
    const { selectionStart: start, selectionEnd: end, value } = field;
    if (value.slice(0, start).endsWith(GS)) return;
    field.setRangeText(GS, start, end, "end");
  };
  let alt = "";
  field.addEventListener("keydown", (event) => {
    const isBracket = event.ctrlKey && !event.altKey && (event.key === "]" || event.code === "BracketRight");
    if (event.key === "F8" || event.key === "\u001d" || isBracket) {
      event.preventDefault();
      separate();
    } else if (event.altKey && /^[0-9]$/.test(event.key)) {
      event.preventDefault();
      alt += event.key;
    }
  });
  field.addEventListener("keyup", (event) => {
    if (event.key !== "Alt") return;
    if (/^0*29$/.test(alt)) separate();
    alt = "";
  });
  field.addEventListener("input", () => {
    if (!field.value.includes("\u001d")) return;
    field.value = field.value.replace(/[\u001d\u241d]+/g, GS);
  });

  // Whatever is typed beside the field goes into it: a scanner knows no field.
  document.addEventListener("keydown", (event) => {
    wake();
    const isTyped = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isField = event.target instanceof Element && event.target.matches("input, select, textarea");
    if (isTyped && !isField) field.focus();
  });
  document.addEventListener("pointerdown", wake);

  byId("scan-tools").hidden = false;
  byId("scan-queue").hidden = false;
  toggle(byId("scan-sound"), "scan-sound", () => {});
  const keyboard = byId("scan-keyboard");
  keyboard.hidden = !matchMedia("(pointer: coarse)").matches;
  toggle(keyboard, "scan-keyboard", (on) => {
    field.inputMode = on || keyboard.hidden ? "text" : "none";
  });
  field.focus();
  show();
  // What waited when the page was left is sent now; a server that was started anew meanwhile hears
  // where the session stood.
  const store = load();
  const isForgotten = "fresh" in byId("scan-state").dataset && Boolean(store.stands) && Date.now() - store.saved < RESUME_MS;
  if (store.queue.length > 0 || isForgotten) send(isForgotten);
})();
