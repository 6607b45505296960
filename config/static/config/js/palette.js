// The search palette. Results come by htmx as [role=option] elements with an href; the arrows
// choose among them and among the page's own commands, Enter opens, Ctrl Enter in a new tab.
import { openDialog } from "ui/dialogs";
import { bindKey } from "ui/shortcuts";

const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const list = palette.querySelector('[role="listbox"]');
let chosen = null;
let hasMoved = false; // somebody chose by arrows or mouse: results that come in do not take it away
let answered = ""; // the words whose results are shown
let numbered = 0; // options that have an id
let entered = null; // Enter came before its results did: {ctrl}

const options = () => [...list.querySelectorAll('[role="option"]')].filter((one) => one.offsetParent);

function choose(option) {
  chosen?.classList.remove("is-on");
  chosen?.setAttribute("aria-selected", "false");
  chosen = option ?? null;
  if (!chosen) return field.removeAttribute("aria-activedescendant");
  chosen.id ||= `palette-option-${++numbered}`;
  chosen.classList.add("is-on");
  chosen.setAttribute("aria-selected", "true");
  chosen.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", chosen.id);
}

// Commands are pages and "new …" links, already here: shown while their words match.
function filterCommands() {
  const words = field.value.trim().toLowerCase();
  for (const group of list.querySelectorAll("[data-commands]")) {
    const items = [...group.querySelectorAll('[role="option"]')];
    for (const item of items) item.hidden = !item.textContent.trim().toLowerCase().includes(words);
    group.hidden = items.every((item) => item.hidden);
  }
}

function refresh() {
  filterCommands();
  const all = options();
  choose(hasMoved && all.includes(chosen) ? chosen : all[0]);
}

function startAgain() {
  hasMoved = false;
  entered = null;
  refresh();
}

function moveTo(option) {
  hasMoved = true;
  choose(option);
}

function follow({ ctrl }) {
  if (chosen && ctrl) window.open(chosen.href, "_blank", "noopener");
  else chosen?.click();
}

function open(event) {
  event?.preventDefault();
  if (!openDialog("palette")) return;
  field.select();
  startAgain();
}

field.addEventListener("input", startAgain);
list.addEventListener("htmx:afterSwap", refresh);
field.addEventListener("htmx:afterRequest", ({ detail }) => {
  answered = detail.requestConfig.parameters.q;
  if (answered !== field.value || !entered) return;
  if (detail.successful) follow(entered);
  entered = null;
});
palette.addEventListener("close", () => (entered = null));
list.addEventListener("mousemove", (event) => {
  const option = event.target.closest('[role="option"]');
  if (option && option !== chosen) moveTo(option);
});
field.addEventListener("keydown", (event) => {
  const all = options();
  const now = all.indexOf(chosen);
  const steps = { ArrowDown: now + 1, ArrowUp: now - 1 };
  if (event.key in steps && all.length) {
    event.preventDefault();
    moveTo(all.at(steps[event.key] % all.length));
  } else if (event.key === "Enter") {
    event.preventDefault();
    const how = { ctrl: event.ctrlKey || event.metaKey };
    if (hasMoved || field.value === answered) follow(how);
    else entered = how;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.code === "KeyK" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) open(event);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette-open]")) open();
});
bindKey("/", open);
