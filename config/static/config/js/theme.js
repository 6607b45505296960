// Light, dark or as the device: applies a choice at once; the element's own hx-post keeps it.
import { remember } from "ui/memory";

const root = document.documentElement;
const device = matchMedia("(prefers-color-scheme: dark)");

function show(choice) {
  const dark = choice === "dark" || (choice === "system" && device.matches);
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = dark ? "dark" : "light";
  for (const item of document.querySelectorAll("[data-theme-option]")) {
    const on = String(item.dataset.themeOption === choice);
    for (const state of ["aria-checked", "aria-pressed"]) {
      if (item.hasAttribute(state)) item.setAttribute(state, on);
    }
  }
}

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-theme-option]");
  if (!item) return;
  remember("theme", item.dataset.themeOption);
  show(item.dataset.themeOption);
});
device.addEventListener("change", () => show(root.dataset.themeChoice));

remember("theme", root.dataset.themeChoice);
show(root.dataset.themeChoice);
