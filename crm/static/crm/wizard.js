// The wizard: rows that are dragged, summaries that follow their boxes, steps that keep the form.
import Sortable from "sortablejs";
import { focusFirst } from "ui/focus";

const form = document.getElementById("wizard-form");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

function setUp() {
  for (const list of form.querySelectorAll("[data-sorts]")) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      handle: ".wizard-handle",
      animation: still.matches ? 0 : 120,
      forceFallback: true,
      onEnd: ({ oldIndex, newIndex }) => oldIndex !== newIndex && changed(),
    });
  }
}

function tellChosen(details) {
  const words = details.querySelector("[data-chosen]");
  const chosen = [...details.querySelectorAll("input:checked")].map((box) => box.nextElementSibling.textContent);
  words.textContent = chosen.join(", ") || words.dataset.none;
}

form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-paints]")) target.closest("[data-hue]").dataset.hue = target.value;
  if (target.matches("details [type=checkbox]")) tellChosen(target.closest("details"));
});

// Parts that are drawn anew keep open what was opened meanwhile.
let opened = [];
document.body.addEventListener("htmx:oobBeforeSwap", ({ target }) => {
  opened = [...target.querySelectorAll("details[open]")].map((details) => details.id);
});
document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});

// A step is left with its form, so that nothing typed is lost.
document.querySelector(".steps-x").addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const wanted = document.createElement("input");
  Object.assign(wanted, { type: "hidden", name: "do" });
  wanted.value = `step:${new URL(link.href).searchParams.get("step")}`;
  form.append(wanted);
  form.submit();
});

document.body.addEventListener("htmx:load", setUp);
setUp();
if (form.querySelector('[aria-invalid="true"]')) focusFirst(form);
