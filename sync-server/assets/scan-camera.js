// Scanning with a camera, or from a picture of a code: the pictures are read in this browser and go
// nowhere. The reader is loaded only when somebody wants it.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const root = byId("scan");
  const place = byId("scan-camera-place");
  if (!root || !place || !window.WebAssembly) return;
  const button = byId("scan-camera");
  const picture = byId("scan-picture");
  const video = byId("scan-video");
  const canvas = document.createElement("canvas");
  const READ = {
    formats: ["QRCode", "DataMatrix", "Code128", "EANUPC", "Code39", "ITF"],
    maxNumberOfSymbols: 1,
    // With the separators of GS1, which the server reads.
    textMode: "Plain",
  };
  // A code that stays before the camera is one scan; it counts again once it was away for so long.
  const AWAY_MS = 500;
  const PAUSE_MS = 60;

  const tell = (text) => {
    byId("scan-camera-told").textContent = text;
  };
  const scanned = (found) => {
    // Which kind of code it was tells GS1 from others.
    const kind = /^\][CdQ]/.test(found.symbologyIdentifier || "") ? found.symbologyIdentifier : "";
    root.dispatchEvent(new CustomEvent("scanned", { detail: kind + found.text }));
  };

  let reader = null;
  const load = () => {
    reader ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = place.dataset.reader;
      script.onload = () => {
        ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => place.dataset.wasm } });
        resolve(ZXingWASM.readBarcodes);
      };
      script.onerror = reject;
      document.head.append(script);
    }).catch(() => {
      reader = null;
      tell(place.dataset.slow);
      return null;
    });
    return reader;
  };

  let stream = null;
  let last = { text: "", at: 0 };
  const stop = () => {
    if (stream === null) return;
    for (const track of stream.getTracks()) track.stop();
    stream = null;
    video.srcObject = null;
    video.hidden = true;
    button.textContent = place.dataset.start;
  };
  const look = async (read) => {
    if (stream === null) return;
    const { videoWidth: width, videoHeight: height } = video;
    if (width > 0) {
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(video, 0, 0);
      const [found] = await read(context.getImageData(0, 0, width, height), READ);
      const now = Date.now();
      // How often it looked, for the tests.
      root.dataset.looked = String(Number(root.dataset.looked || 0) + 1);
      if (found && found.isValid && stream !== null) {
        if (found.text !== last.text || now - last.at > AWAY_MS) scanned(found);
        last = { text: found.text, at: now };
      }
    }
    setTimeout(() => watch(read), PAUSE_MS);
  };
  const watch = (read) => look(read).catch(() => {
    stop();
    tell(place.dataset.slow);
  });
  const start = async () => {
    tell("");
    // Browsers give cameras only to pages that nobody could have changed on the way.
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
      tell(place.dataset.insecure);
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      video.srcObject = stream;
      video.hidden = false;
      button.textContent = place.dataset.stop;
      await video.play();
    } catch {
      stop();
      tell(place.dataset.none);
      return;
    }
    const read = await load();
    if (read === null) {
      stop();
    } else {
      watch(read);
    }
  };
  button.addEventListener("click", () => {
    if (stream === null) {
      start();
    } else {
      stop();
    }
    // A scanner may type next; a touch screen would show its keyboard over the picture.
    if (!matchMedia("(pointer: coarse)").matches) byId("scan-text").focus();
  });
  picture.addEventListener("change", async () => {
    const [file] = picture.files;
    if (!file) return;
    tell("");
    const read = await load();
    if (read === null) return;
    const found = await read(file, { ...READ, tryHarder: true }).catch(() => []);
    picture.value = "";
    if (found.length > 0 && found[0].isValid) {
      scanned(found[0]);
    } else {
      tell(place.dataset.nothing);
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
  });
  window.addEventListener("pagehide", stop);
  place.hidden = false;
})();
