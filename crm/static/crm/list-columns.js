// The column picker: handles are dragged or moved by the arrow keys; every change is sent.
import Sortable from "sortablejs";

const list = () => document.getElementById("column-choices");

function changed(item) {
  item.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
}

function setUp() {
  if (!list() || Sortable.get(list())) return;
  Sortable.create(list(), {
    handle: ".column-handle",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onEnd: ({ item, oldIndex, newIndex }) => oldIndex !== newIndex && changed(item),
  });
}

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.(".column-handle")?.closest("li");
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!item || !step) return;
  event.preventDefault();
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  event.target.focus();
  changed(item);
});

// The title stays: without it a row leads nowhere.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("#column-choices [data-fixed]")) event.preventDefault();
});

// Looking for a column is no change of the columns.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-no-change]")) event.stopPropagation();
}, true);

document.body.addEventListener("htmx:load", setUp);
setUp();
