// Makes a WebP of a PNG, both in hexadecimal digits: Chromium has the encoder that Rust would need a crate for.
const [png, quality] = arguments;
const bytes = Uint8Array.from(png.match(/../g), (two) => parseInt(two, 16));
return (async () => {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const made = new Uint8Array(await blob.arrayBuffer());
  return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
})();
