// Live preview, and a warning before unsaved text is left behind.

const PAUSE = 400;

for (const form of document.querySelectorAll("form[data-preview-url]")) {
  const source = form.querySelector("[data-preview-source]");
  const target = form.querySelector("[data-preview-target]");
  const state = form.querySelector(".preview-state");
  if (!source || !target) continue;
  let timer, running;

  const say = (key) => { if (state) state.textContent = (key && state.dataset[key]) || ""; };

  const refresh = async () => {
    running?.abort();
    const mine = running = new AbortController();
    try {
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form), signal: mine.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      target.innerHTML = await answer.text(); // sanitised by the server; the policy refuses scripts besides
      say("");
    } catch (error) {
      if (error.name !== "AbortError") say("failed");
    }
  };

  source.addEventListener("input", () => {
    clearTimeout(timer);
    say("busy");
    timer = setTimeout(refresh, PAUSE);
  });
}

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// A scan stays where the reader moved it, from line to line and from size to size.
for (const box of document.querySelectorAll("[data-keep-place]")) {
  const key = `place:${location.pathname}`, picture = box.querySelector("img");
  const go = () => {
    const [across, down] = (sessionStorage.getItem(key) ?? "0 0").split(" ").map(Number);
    box.scrollTo(across * box.scrollWidth, down * box.scrollHeight);
    box.addEventListener("scroll", () => {
      sessionStorage.setItem(key, `${box.scrollLeft / box.scrollWidth} ${box.scrollTop / box.scrollHeight}`);
    });
  };
  if (!picture || picture.complete) go(); else picture.addEventListener("load", go, { once: true });
}
