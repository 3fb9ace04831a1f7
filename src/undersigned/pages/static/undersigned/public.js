// Two comforts; every page works without them.

// The pseudonym field shows when it is chosen, or when it holds something or an error already.
for (const form of document.querySelectorAll("form.sign")) {
  const field = form.querySelector(".field-pseudonym");
  const input = field?.querySelector("input");
  const radios = form.querySelectorAll("input[name=display]");
  if (!input || !radios.length) continue;
  const follow = () => {
    const chosen = form.querySelector("input[name=display]:checked")?.value === "pseudonym";
    field.hidden = !chosen && !input.value && !field.classList.contains("invalid");
  };
  radios.forEach((radio) => radio.addEventListener("change", follow));
  follow();
}

// Copy buttons are hidden in the page and appear only where copying can work.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const label = button.textContent;
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.dataset.value ?? source.textContent.trim());
      button.textContent = button.dataset.copied ?? "✓";
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

// A form refused by the server starts at its summary, where a screen reader reads it first.
document.querySelector(".errors[tabindex]")?.focus();
