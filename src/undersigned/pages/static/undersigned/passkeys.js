// Passkeys: makes one, or uses one, and hands the browser's answer to the form. Nothing else needs it.

const known = window.isSecureContext && "PublicKeyCredential" in window && navigator.credentials;

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

const create = ({ publicKey: wish }) => navigator.credentials.create({
  publicKey: {
    ...wish,
    challenge: bytes(wish.challenge),
    user: { ...wish.user, id: bytes(wish.user.id) },
    excludeCredentials: listed(wish.excludeCredentials),
  },
});
const get = ({ publicKey: wish }) => navigator.credentials.get({
  publicKey: { ...wish, challenge: bytes(wish.challenge), allowCredentials: listed(wish.allowCredentials) },
});

const written = (made) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return JSON.stringify({
    type: made.type,
    id: made.id,
    rawId: text(made.rawId),
    authenticatorAttachment: made.authenticatorAttachment,
    response,
    clientExtensionResults: made.getClientExtensionResults(),
  });
};

const options = async (form) => {
  const here = form.querySelector("#passkey-options");
  if (here) return JSON.parse(here.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

const failed = document.querySelector("[data-passkey-failed]");
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!known) {
    document.querySelector("[data-passkey-missing]").hidden = false;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const wish = await options(form);
      const made = await (form.dataset.passkey === "create" ? create(wish.creation_options) : get(wish.request_options));
      form.elements.credential.value = written(made);
      form.submit();
    } catch {
      failed.hidden = false;
      failed.focus();
    }
  });
}
