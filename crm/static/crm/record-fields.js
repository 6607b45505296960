// Fields edited in place: a click on the value opens the form; Enter or leaving it saves, Esc
// puts the value back.
import { dropKeys, giveKeys, keepKeys } from "ui/typed-ahead";

const EDITOR = "[data-editor]";
let leaving = null; // the form that was left, so that nothing takes the focus back

const snapshot = (form) => new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)])).toString();
const opened = new WeakMap();

// The value itself is a large target for the mouse; the pen is the same for the keyboard.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.(".frow.is-editable:not(.is-edit) dd, .record-title:not(.is-edit) h1");
  if (!row || event.target.closest("a, button")) return;
  if (String(getSelection())) return; // somebody marks text to copy it
  row.parentElement.querySelector(".pen")?.click();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(EDITOR);
  if (!form) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    form.querySelector("[data-cancel]").click();
  } else if (event.key === "Enter" && saves(event, form)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function saves(event, form) {
  if (event.target.matches("textarea")) return event.ctrlKey || event.metaKey;
  return event.target.matches("input, select") && form.contains(event.target);
}

// Leaving: what was changed is saved, what was not is closed.
document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.(".field-editor");
  if (!form || form.closest("dialog") || !opened.has(form)) return;
  // The browser's own date picker and the list of offers take the focus for a moment.
  setTimeout(() => {
    const gone = !form.isConnected || form.contains(document.activeElement);
    if (gone || document.activeElement === document.body || !document.hasFocus()) return;
    if (document.activeElement.closest(".client-editor, .drawer, dialog")) return;
    leaving = form;
    if (snapshot(form) === opened.get(form)) form.querySelector("[data-cancel]").click();
    else form.requestSubmit();
  }, 0);
});

document.body.addEventListener("htmx:load", ({ detail }) => {
  const form = detail.elt.matches?.(EDITOR) ? detail.elt : detail.elt.querySelector?.(EDITOR);
  if (!form) return;
  opened.set(form, snapshot(form));
  const wrong = form.querySelector('[aria-invalid="true"]');
  const control = wrong ?? form.querySelector("input:not([type=hidden]), select, textarea");
  control?.focus();
  control?.select?.();
  if (control && !wrong) giveKeys(control);
});

document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(".pen")) keepKeys();
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.matches(".pen")) dropKeys(); // the editor has them
});

// What was saved or given up by keyboard: the focus goes to the field's pen.
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const from = detail.requestConfig?.elt.closest?.(EDITOR);
  if (!from) return;
  const wasLeft = from === leaving;
  leaving = null;
  if (wasLeft || document.activeElement !== document.body) return;
  const row = document.getElementById(detail.target.id) ?? document;
  (row.querySelector(".pen") ?? document.getElementById("record-title")?.querySelector(".pen"))?.focus();
});
