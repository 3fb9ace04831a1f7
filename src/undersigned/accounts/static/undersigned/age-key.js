// Makes an X25519 key of age (age-encryption.org/v1) in this browser. The private half is shown here and
// saved to a file: it stands in no field of a form, in no storage, and is sent to nobody.

const box = document.querySelector("[data-age-key]");
const form = document.querySelector("[data-age-form]");

const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

// Bech32 (BIP 173), which age writes its keys in.
function polymod(values) {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((one, place) => { if ((top >>> place) & 1) sum ^= one; });
  }
  return sum;
}

function bech32(prefix, bytes) {
  const words = [];
  let held = 0, bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) words.push((held >>> (bits -= 5)) & 31);
  }
  if (bits) words.push((held << (5 - bits)) & 31);
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  const head = [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
  const sum = polymod([...head, ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  for (let place = 5; place >= 0; place--) words.push((sum >>> (5 * place)) & 31);
  return `${prefix}1${words.map((word) => LETTERS[word]).join("")}`;
}

function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function make() {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return {
    identity: bech32("age-secret-key-", bytesOf(jwk.d)).toUpperCase(),
    recipient: bech32("age", bytesOf(jwk.x)),
  };
}

function show(key) {
  const made = new Date();
  const text = `# created: ${made.toISOString()}\n# public key: ${key.recipient}\n${key.identity}\n`;
  const link = box.querySelector("[data-age-save]");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = `undersigned-key-${made.toISOString().slice(0, 10)}.txt`;
  box.querySelector("[data-age-private]").textContent = key.identity;
  box.querySelector("[data-age-made]").hidden = false;
  form.querySelector("[name=recipient]").value = key.recipient;
  let saved = false;
  link.addEventListener("click", () => { saved = true; });
  const leaving = (event) => { if (!saved) event.preventDefault(); };
  addEventListener("beforeunload", leaving);
  form.addEventListener("submit", (event) => {
    if (saved) { removeEventListener("beforeunload", leaving); return; }
    event.preventDefault();
    box.querySelector("[data-age-unsaved]").hidden = false;
    link.focus();
  });
  link.focus();
}

if (box && form && globalThis.crypto?.subtle) {
  box.querySelector("[data-age-start]").hidden = false;
  const button = box.querySelector("[data-age-start] button");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      show(await make());
    } catch {
      box.querySelector("[data-age-unable]").hidden = false;
    }
  });
}
