// Tries numbers until one has the digest that is asked for; says now and then how far it is.
const AT_ONCE = 500;
const encoder = new TextEncoder();

onmessage = async ({ data: { salt, challenge, maxnumber } }) => {
  const wanted = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const matches = (digest) => new Uint8Array(digest).every((byte, place) => byte === wanted[place]);
  try {
    for (let begin = 0; begin <= maxnumber; begin += AT_ONCE) {
      const digests = [];
      for (let number = begin; number < begin + AT_ONCE && number <= maxnumber; number += 1) {
        digests.push(crypto.subtle.digest("SHA-256", encoder.encode(`${salt}.${number}`)));
      }
      const found = (await Promise.all(digests)).findIndex(matches);
      if (found >= 0) {
        postMessage({ number: begin + found });
        return;
      }
      postMessage({ tried: begin + digests.length });
    }
    postMessage({ failed: true });
  } catch {
    // Browsers calculate for pages over HTTPS only.
    postMessage({ failed: true });
  }
};
