// The rail's button: icons only, or with words. Remembered by this browser.
import { remember } from "ui/memory";

const root = document.documentElement;
const button = document.querySelector("[data-rail-toggle]");

function show(slim) {
  if (slim) root.dataset.rail = "slim";
  else delete root.dataset.rail;
  button.setAttribute("aria-expanded", String(!slim));
}

button?.addEventListener("click", () => {
  const slim = root.dataset.rail !== "slim";
  remember("rail", slim ? "slim" : "wide");
  show(slim);
});
if (button) show(root.dataset.rail === "slim");
