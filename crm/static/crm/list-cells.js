// Changing a cell: a double click, Enter or E opens it. Tab saves and goes on, Enter and
// leaving save, Esc leaves it as it was.
import { go, settle, table } from "list/grid";
import { bindKey } from "ui/shortcuts";
import { dropKeys, giveKeys, keepKeys } from "ui/typed-ahead";

const cellAt = (id, code) => document.querySelector(`#row-${CSS.escape(id)} [data-code="${CSS.escape(code)}"]`);
const formIn = (cell) => cell?.querySelector(".cell-form");

const before = new WeakMap(); // cell -> what it showed
const initial = new WeakMap(); // form -> what it would have sent
let goal = null; // {id, code, edit}: what has the focus once the answer is there

const sent = (form) => new URLSearchParams(new FormData(form)).toString();

// ---- changing ----------------------------------------------------------------------------
async function edit(cell) {
  if (!cell?.hasAttribute("data-editable") || formIn(cell)) return dropKeys();
  keepKeys();
  const { cells, columns } = table().dataset;
  const { id } = cell.parentElement.dataset;
  const address = cells.replace("/0/", `/${id}/`).replace("/CODE/", `/${cell.dataset.code}/`);
  before.set(cell, cell.innerHTML);
  await htmx.ajax("GET", address, { target: cell, swap: "innerHTML", values: { columns } });
  if (!formIn(cell)) dropKeys();
}

// The editor is there, and htmx knows it.
function begin(form) {
  form.closest("td").classList.add("is-edit");
  initial.set(form, sent(form));
  const control = form.querySelector("input:not([type=hidden]), select, textarea");
  control.focus();
  control.select?.();
  giveKeys(control);
}

function leave(cell) {
  if (!formIn(cell)) return;
  cell.classList.remove("is-edit");
  cell.innerHTML = before.get(cell) ?? "";
}

// Sends what changed; what did not is only closed. `then` is what comes after.
function save(form, then) {
  const cell = form.closest("td");
  goal = then;
  if (goal?.edit) keepKeys();
  if (sent(form) === initial.get(form)) {
    leave(cell);
    reach();
  } else if (!form.classList.contains("htmx-request")) {
    htmx.trigger(form, "submit");
  }
}

function reach() {
  if (!goal) return;
  const cell = cellAt(goal.id, goal.code);
  const { edit: isNext } = goal;
  goal = null;
  go(cell);
  if (isNext) edit(cell);
}

function following(cell, back) {
  const all = [...table().querySelectorAll("td.cell[data-editable]")];
  const next = all[all.indexOf(cell) + (back ? -1 : 1)];
  return next && { id: next.parentElement.dataset.id, code: next.dataset.code, edit: true };
}

const place = (cell) => ({ id: cell.parentElement.dataset.id, code: cell.dataset.code, edit: false });

function keyInForm(event, form) {
  const cell = form.closest("td");
  if (event.key === "Escape") {
    event.preventDefault();
    leave(cell);
    go(cell);
  } else if (event.key === "Tab") {
    event.preventDefault();
    save(form, following(cell, event.shiftKey) ?? place(cell));
  } else if (event.key === "Enter" && (!event.target.matches("textarea") || event.ctrlKey)) {
    event.preventDefault();
    save(form, place(cell));
  }
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".cell-form");
  if (form) return keyInForm(event, form);
  const cell = event.target.matches?.("td.cell") ? event.target : null;
  if (!cell || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (cell.dataset.code === "title") cell.querySelector("a").click();
  else edit(cell);
});

bindKey("e", () => edit(document.activeElement?.closest?.("td.cell")));

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("td.cell");
  if (cell && table()?.contains(cell) && !event.target.closest("a, .cell-form")) edit(cell);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const form = target.closest?.(".cell-form");
  // A click elsewhere saves; a window that loses the focus does not.
  if (!form?.isConnected || form.contains(relatedTarget) || !document.hasFocus() || goal) return;
  setTimeout(() => form.isConnected && !form.contains(document.activeElement) && save(form, null));
});

document.body.addEventListener("htmx:load", ({ detail }) => {
  if (!detail.elt.matches?.("tr[data-id], #records, #list-frame, .cell-form")) return;
  if (detail.elt.querySelector(".cell-error")) explain(detail.elt);
  else if (detail.elt.matches(".cell-form")) begin(detail.elt);
  else {
    settle();
    reach();
  }
});

document.body.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful || dropKeys());

// A refused value: the editor is back with the reason.
function explain(form) {
  goal = null;
  dropKeys();
  form.closest("td").classList.add("is-edit");
  form.querySelector("input:not([type=hidden]), select, textarea").focus();
}
