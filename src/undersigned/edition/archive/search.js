"use strict";
// The search of an archive: loads small script files from beside this page, asks nothing of any server.
(function () {
  const MOST = 100;
  const LIKE = {
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
    "ħ": "h", "ς": "σ",
  };
  const form = document.getElementById("search");
  const field = document.getElementById("q");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  const loaded = new Map();
  let known = null;
  let turn = 0;

  window.undersignedIndex = (index) => { known = index; };
  window.undersignedNames = (key, part, entries) => { loaded.set(`n ${key} ${part}`, entries); };
  window.undersignedTexts = (part, entries) => { loaded.set(`t ${part}`, entries); };

  function words(text) {
    const plain = text.toLowerCase().normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
    const cut = plain.replace(/[^\p{L}\p{N}]/gu, " ").replace(/[ßøłđðþæœıħς]/g, (char) => LIKE[char]);
    return cut.split(" ").filter(Boolean);
  }

  function load(file) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `search/${file}`;
      script.onload = () => { script.remove(); done(); };
      script.onerror = failed;
      document.head.append(script);
    });
  }

  async function entries(id, file) {
    if (!loaded.has(id)) await load(file);
    return loaded.get(id);
  }

  function fileName(key, part) {
    return `n-${key.replace(/[^a-z0-9]/gu, (char) => `_${char.codePointAt(0).toString(16)}`)}-${part}.js`;
  }

  // Files that may hold words with this beginning.
  function keysOf(word) {
    return Object.keys(known.keys).filter((key) => key.startsWith(word) || word.startsWith(key));
  }

  const parts = (keys) => keys.reduce((sum, key) => sum + known.keys[key], 0);
  const holds = (text, asked) => {
    const own = words(text);
    return asked.every((word) => own.some((one) => one.startsWith(word)));
  };

  async function texts(asked) {
    const found = [];
    for (let part = 0; part < known.texts; part += 1) {
      for (const [title, path, plain] of await entries(`t ${part}`, `t-${part}.js`)) {
        if (holds(`${title} ${plain}`, asked)) found.push([title, path]);
      }
    }
    return found;
  }

  async function names(asked, mine) {
    const found = new Map();
    const choices = asked.map(keysOf).sort((a, b) => parts(a) - parts(b));
    for (const key of choices[0] || []) {
      for (let part = 0; part < known.keys[key]; part += 1) {
        if (found.size > MOST || mine !== turn) return found;
        for (const [name, page, row] of await entries(`n ${key} ${part}`, fileName(key, part))) {
          if (!holds(name, asked)) continue;
          const number = String(page).padStart((known.names.match(/0+/) || ["0"])[0].length, "0");
          found.set(`${known.names.replace(/0+/, number)}#n${row}`, name);
        }
      }
    }
    return found;
  }

  function item(title, path) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title;
    link.dir = "auto";
    line.append(link);
    return line;
  }

  async function search() {
    turn += 1;
    const mine = turn;
    const asked = words(field.value);
    results.replaceChildren();
    status.textContent = "";
    if (!asked.length) return;
    status.textContent = form.dataset.searching;
    try {
      if (!known) await load("index.js");
      const read = await texts(asked);
      const named = await names(asked, mine);
      if (mine !== turn) return;
      const all = [...read, ...[...named].map(([path, name]) => [name, path])];
      results.replaceChildren(...all.slice(0, MOST).map(([title, path]) => item(title, path)));
      status.textContent = all.length > MOST ? form.dataset.more.replace("{n}", MOST) : form.dataset.found.replace("{n}", all.length);
    } catch (error) {
      status.textContent = form.dataset.failed;
    }
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { field.value = asked; search(); }
})();
