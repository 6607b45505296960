// The "Move to…" menu: the equal of dragging, by its button on every card or the key M.
import { toast } from "ui/toasts";
import { cardById, idOf, say, stageOf } from "board/dom";
import { moveTo, moveToPipeline, reasonAgainst, remove } from "board/moves";
import { selectedCards, toggle } from "board/select";

const menu = () => document.getElementById("move-menu");
const anchored = CSS.supports("position-area: block-end");
let cardId = 0;

// With several cards selected the bulk bar moves them all.
export function openMenuFor(card) {
  const bulk = document.querySelector("[data-bulk-move]");
  if (bulk && card.classList.contains("is-selected") && selectedCards().length > 1) return bulk.click();
  const button = card.querySelector(".item-more");
  prepare(card);
  menu().showPopover({ source: button });
  button.setAttribute("aria-expanded", "true");
  if (!anchored) place(button);
}

// Where CSS knows no anchors: below the button, inside the window.
function place(button) {
  const at = button.getBoundingClientRect();
  const box = menu().getBoundingClientRect();
  menu().style.left = `${Math.max(8, Math.min(at.right - box.width, innerWidth - box.width - 8))}px`;
  menu().style.top = `${Math.max(8, Math.min(at.bottom, innerHeight - box.height - 8))}px`;
}

function prepare(card) {
  cardId = idOf(card);
  const here = stageOf(card);
  const isFixed = card.classList.contains("is-fixed");
  for (const item of menu().querySelectorAll("[data-move-stage]")) {
    const stage = item.dataset.moveStage;
    const reason = stage === here ? say("here") : reasonAgainst(here, stage);
    bar(item, isFixed ? say("notYours") : reason);
  }
  for (const item of menu().querySelectorAll("[data-move-pipeline], [data-menu-delete]")) {
    item.disabled = isFixed;
  }
}

// Barred entries can be reached, so that their reason is read aloud.
function bar(item, reason) {
  const shown = item.querySelector("[data-reason]");
  shown.textContent = reason;
  shown.hidden = !reason;
  item.toggleAttribute("data-stays-open", Boolean(reason));
  if (reason) item.setAttribute("aria-disabled", "true");
  else item.removeAttribute("aria-disabled");
}

// A press on the button of an open menu closes it: noticed before the browser closes it.
let wasOpenFor = 0;
document.addEventListener("pointerdown", () => {
  wasOpenFor = menu()?.matches(":popover-open") ? cardId : 0;
}, true);

document.addEventListener("toggle", ({ target, newState }) => {
  if (target !== menu() || newState === "open") return;
  for (const button of document.querySelectorAll(".item-more[aria-expanded]")) button.removeAttribute("aria-expanded");
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".item-more");
  if (button) {
    const card = button.closest(".item-card");
    if (wasOpenFor !== idOf(card)) openMenuFor(card);
    return;
  }
  const item = event.target.closest?.("#move-menu .menu-item");
  const card = item && cardById(cardId);
  if (!item || item.getAttribute("aria-disabled") === "true") return;
  if (!card) return toast({ level: "info", title: say("gone") });
  act(item, card);
});

function act(item, card) {
  const { moveStage, movePipeline } = item.dataset;
  card.focus({ preventScroll: true });
  if (moveStage) moveTo(card, moveStage);
  else if (movePipeline) moveToPipeline(card, movePipeline);
  else if ("menuOpen" in item.dataset) card.querySelector(".item-title").click();
  else if ("menuSelect" in item.dataset) toggle(card);
  else if ("menuDelete" in item.dataset) remove(card);
}
