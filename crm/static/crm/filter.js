// The filter bar of board and list: finding in popovers, addresses without empty parameters.
const FORMS = ".filter-search, .filter-form";

// Shows what holds the words: [data-finds] names the box whose [data-words] are looked at.
function find(input) {
  const words = input.value.trim().toLowerCase();
  const box = document.querySelector(input.dataset.finds);
  let shown = 0;
  for (const item of box.querySelectorAll("[data-words]")) {
    item.hidden = !item.dataset.words.includes(words);
    shown += !item.hidden;
  }
  const nothing = box.parentElement.querySelector("[data-nothing]");
  if (nothing) nothing.hidden = shown > 0;
}

const firstShown = (input) =>
  document.querySelector(input.dataset.finds)?.querySelector("[data-words]:not([hidden])");

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-finds]")) find(target);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-finds]")) return;
  const first = firstShown(event.target);
  if (event.key === "Enter") {
    event.preventDefault();
    if (first?.matches("button")) first.click();
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    (first?.matches("button") ? first : first?.querySelector("input, button"))?.focus();
  }
});

// Arrows go through what a popover offers.
document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("#filter-fields .menu-item, .filter-values .menu-item");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!item || !step) return;
  event.preventDefault();
  const all = [...item.parentElement.querySelectorAll(".menu-item:not([hidden])")];
  const next = all[all.indexOf(item) + step];
  (next?.matches("button") ? next : next?.querySelector("input"))?.focus();
});

// An empty search stays: it says that the whole filter stands in the address.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches?.(FORMS)) return;
  const given = [...detail.formData.entries()];
  const isMarked = given.some(([name]) => name === "view") && !given.some(isCondition);
  for (const name of new Set(given.map(([each]) => each))) {
    const values = detail.formData.getAll(name).filter((value) => value !== "");
    detail.formData.delete(name);
    for (const value of values) detail.formData.append(name, value);
  }
  if (isMarked) detail.formData.set("search", "");
});

const isCondition = ([name, value]) => value !== "" && !["view", "pipeline", "sort"].includes(name);

// The popover's own place in the page is about to go: the focus returns to the bar.
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "records" && document.activeElement === document.body) {
    document.querySelector(".filter-bar .chip.is-dashed")?.focus({ preventScroll: true });
  }
});
