// The small calculation before a signature: it begins when somebody begins to fill in the form, in a worker.
// Whatever goes wrong, the form is sent all the same: the server then takes fewer from one network.

// Fetched again this long before a challenge expires.
const MARGIN_SECONDS = 120;
const LONGEST_SECONDS = 90;

function calculate(form, show) {
  return new Promise((resolve, reject) => {
    (async () => {
      const answer = await fetch(form.dataset.proof, { cache: "no-store", credentials: "omit" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const asked = await answer.json();
      const worker = new Worker(form.dataset.worker);
      const end = (act, value) => { clearTimeout(late); worker.terminate(); act(value); };
      const late = setTimeout(() => end(reject, new Error("too slow")), LONGEST_SECONDS * 1000);
      worker.onerror = () => end(reject, new Error("no worker"));
      worker.onmessage = ({ data }) => {
        if (data.failed) end(reject, new Error("not found"));
        else if (data.number === undefined) show(data.tried / asked.maxnumber);
        else {
          const proof = `${asked.salt}.${data.number}.${asked.signature}`;
          end(resolve, { proof, until: Date.now() + (asked.seconds - MARGIN_SECONDS) * 1000 });
        }
      };
      worker.postMessage(asked);
    })().catch(reject);
  });
}

for (const form of document.querySelectorAll("form.sign[data-proof]")) {
  const field = form.querySelector("input[name=proof]");
  const box = form.querySelector(".proof");
  const line = box.querySelector("p");
  const bar = box.querySelector("progress");
  // Said to all until this runs: to whoever has no script, and where it could not be loaded.
  form.querySelector(".without-proof").hidden = true;
  let found = null;
  let running = null;

  const say = (what) => {
    box.hidden = false;
    bar.hidden = what !== "working";
    line.textContent = line.dataset[what];
  };
  const begin = () => {
    if (running || (found && found.until > Date.now())) return running;
    found = null;
    bar.value = 0;
    say("working");
    running = calculate(form, (share) => { bar.value = share; })
      .then((result) => { found = result; field.value = result.proof; say("done"); })
      .catch(() => { found = { until: Infinity }; field.value = ""; say("failed"); })
      .finally(() => { running = null; });
    return running;
  };

  form.addEventListener("focusin", begin);
  form.addEventListener("submit", async (event) => {
    const waiting = begin();
    if (!waiting) return;
    event.preventDefault();
    await waiting;
    form.submit();
  });
  // Who comes back to the page finds a proof that has been used.
  addEventListener("pageshow", (event) => {
    if (event.persisted) { found = null; field.value = ""; box.hidden = true; }
  });
}
