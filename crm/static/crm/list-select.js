// Selected rows. The bulk bar sends their checkboxes; count and sum are kept here.
import { announce } from "ui/announce";
import { bindKey } from "ui/shortcuts";

const language = document.documentElement.lang;
const table = () => document.getElementById("list-table");
const rows = () => [...(table()?.querySelectorAll("tbody tr[data-id]") ?? [])];
const boxOf = (row) => row.querySelector('input[name="selected"]');
const selected = new Set(); // ids; rows come and go with every answer
let anchor = ""; // where a range begins

function set(row, on) {
  if (on) selected.add(row.dataset.id);
  else selected.delete(row.dataset.id);
  paint(row);
}

function paint(row) {
  const on = selected.has(row.dataset.id);
  boxOf(row).checked = on;
  row.classList.toggle("is-selected", on);
  row.setAttribute("aria-selected", String(on));
}

function money(minor) {
  const { currency, places } = table().dataset;
  if (!currency) return "";
  const format = new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 0 });
  return format.format(minor / 10 ** Number(places));
}

function tell() {
  const all = rows();
  const chosen = all.filter((row) => selected.has(row.dataset.id));
  const sum = table() ? money(chosen.reduce((total, row) => total + Number(row.dataset.amount), 0)) : "";
  const shown = new Intl.NumberFormat(language).format(chosen.length);
  const head = document.getElementById("select-loaded");
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  document.dispatchEvent(new CustomEvent("selection", { detail: { count: chosen.length, shown, sum } }));
  const text = document.querySelector("[data-bulk-count]")?.textContent;
  if (text && chosen.length) announce(text);
}

function toggle(row) {
  set(row, !selected.has(row.dataset.id));
  anchor = row.dataset.id;
  tell();
}

function extendTo(row) {
  const all = rows();
  const from = all.findIndex((one) => one.dataset.id === anchor);
  const [first, last] = [Math.max(from, 0), all.indexOf(row)].sort((a, b) => a - b);
  all.slice(first, last + 1).forEach((one) => set(one, true));
  anchor = row.dataset.id;
  tell();
}

function clear() {
  selected.clear();
  rows().forEach(paint);
  tell();
}

// "M": what is selected, else the row that has the focus.
export function moveSelected() {
  if (!selected.size) {
    const row = document.activeElement?.closest?.("tr[data-id]");
    if (!row) return;
    toggle(row);
  }
  document.querySelector("[data-bulk-move]")?.click();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("tr[data-id]");
  if (!row || !table()?.contains(row)) return;
  if (event.target.matches('input[name="selected"]')) {
    if (event.shiftKey && anchor) extendTo(row);
    else toggle(row);
  } else if ((event.ctrlKey || event.metaKey || event.shiftKey) && !event.target.closest("a, button, input, form")) {
    event.preventDefault();
    if (event.shiftKey && anchor) extendTo(row);
    else toggle(row);
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.id !== "select-loaded") return;
  rows().forEach((row) => set(row, target.checked));
  tell();
});

document.addEventListener("keydown", (event) => {
  const isBusy = event.defaultPrevented || document.querySelector("dialog[open], :popover-open, .cell-form");
  if (event.key === "Escape" && !isBusy && selected.size) clear();
});
document.addEventListener("clear-selection", clear);

const focusedRow = () => document.activeElement?.closest?.("tr[data-id]");
bindKey("x", () => focusedRow() && toggle(focusedRow()));
bindKey("shift+x", () => focusedRow() && extendTo(focusedRow()));

document.body.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.matches?.("tr[data-id]")) paint(detail.elt);
  else if (detail.elt.matches?.("#records, #list-frame")) {
    const present = new Set(rows().map((row) => row.dataset.id));
    for (const id of selected) if (!present.has(id)) selected.delete(id);
    rows().forEach(paint);
    tell();
  }
});
