// The bulk bar of board and list. They tell by the event "selection" what is selected, as
// {count, shown, sum}; the event "clear-selection" tells them to let go.
import { announce } from "ui/announce";

const bar = () => document.getElementById("bulk-form");
let rowId = ""; // of the row whose menu is open

function say(text) {
  bar().querySelector("[data-bulk-count]").textContent = text;
}

function show({ count, shown, sum }) {
  if (!bar()) return;
  bar().hidden = count === 0;
  bar().elements.all.value = "";
  bar().querySelector("[data-bulk-all]").hidden = false;
  const words = bar().dataset.countText.replace("{count}", shown);
  say(sum ? `${words} · ${sum}` : words);
}

function takeAll() {
  bar().elements.all.value = "1";
  bar().querySelector("[data-bulk-all]").hidden = true;
  const text = bar().dataset.allText;
  say(text);
  announce(bar().dataset.countText.replace("{count}", text));
  // Its button is gone: the next one has the focus.
  bar().querySelector("[data-bulk]")?.focus();
}

document.addEventListener("selection", ({ detail }) => show(detail));

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-bulk-all]")) takeAll();
  if (event.target.closest?.("[data-bulk-clear]")) document.dispatchEvent(new CustomEvent("clear-selection"));
  const opener = event.target.closest?.("[data-row-menu]");
  if (opener) openRowMenu(opener);
});

// One menu serves all rows; it acts on the row whose button opened it.
function openRowMenu(button) {
  const row = button.closest("[data-id]");
  rowId = row.dataset.id;
  document.querySelector("[data-row-open]").href = row.dataset.url;
  document.getElementById("row-menu").showPopover({ source: button });
}

// Ids go as one text: a form of thousands of fields would be refused.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const ofRow = detail.elt.matches?.("[data-row-act]");
  if (!ofRow && !detail.elt.matches?.("[data-bulk]")) return;
  const { formData } = detail;
  const ids = ofRow ? rowId : formData.getAll("selected").join(",");
  formData.delete("selected");
  formData.set("ids", ids);
  if (ofRow) formData.set("all", "");
  const table = document.getElementById("list-table");
  if (table) formData.set("shown", table.dataset.columns);
});
