// The board: sets up what htmx brings, hands answers to board-patch.js.
import { announce } from "ui/announce";
import { remember } from "ui/memory";
import { refreshAll } from "board/counts";
import { board, cardsIn, idOf, laneByStage, laneOf, lanes } from "board/dom";
import { setUp } from "board/drag";
import "board/keys";
import { connect, follow } from "board/live";
import "board/menu";
import { receive } from "board/patch";
import "board/select";

const UNFOLDED = `unfolded:${location.pathname}`;

function begin(root) {
  setUp(root);
  if (!root.querySelector("#board")) return;
  for (const stage of (recall() ?? "").split(",").filter(Boolean)) fold(laneByStage(stage), false);
  refreshAll();
  markTab();
  board().addEventListener("scroll", markTab, { passive: true });
}

// ---- final stages, folded until somebody looks --------------------------------------------
function recall() {
  try {
    return localStorage.getItem(UNFOLDED);
  } catch {
    return "";
  }
}

function fold(lane, slim) {
  lane?.classList.toggle("is-slim", slim);
  lane?.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!slim));
}

document.addEventListener("click", (event) => {
  const lane = event.target.closest?.("[data-fold], .lane.is-slim")?.closest(".lane");
  if (lane) {
    fold(lane, !lane.classList.contains("is-slim"));
    const open = lanes().filter((one) => one.matches(".is-final:not(.is-slim)"));
    remember(UNFOLDED, open.map((one) => one.dataset.stage).join(","));
  }
  const tab = event.target.closest?.("[data-goes-to]");
  if (tab) laneByStage(tab.dataset.goesTo).scrollIntoView({ inline: "start", block: "nearest" });
  if (event.target.closest?.("[data-quick-close]")) closeQuickAdd(event.target);
});

// ---- tabs of phones ------------------------------------------------------------------------
function markTab() {
  const left = board().getBoundingClientRect().left;
  const shown = lanes().find((lane) => lane.getBoundingClientRect().right > left + 40);
  for (const tab of document.querySelectorAll("[data-goes-to]")) {
    if (tab.dataset.goesTo === shown?.dataset.stage) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

// ---- quick add -----------------------------------------------------------------------------
function closeQuickAdd(inside) {
  const lane = laneOf(inside);
  inside.closest(".quick-add").remove();
  lane.querySelector("[data-adds]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.(".quick-add")) closeQuickAdd(event.target);
});

// ---- htmx ----------------------------------------------------------------------------------
function lastIn(lane) {
  const last = cardsIn(lane).at(-1);
  return last ? idOf(last) : "";
}

document.body.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (elt.matches("[data-more]")) parameters.after = lastIn(laneOf(elt));
  if (!elt.matches("[data-adds]")) return;
  // One form is open at a time; a second press goes to it.
  const present = laneOf(elt).querySelector(".quick-add");
  if (present) event.preventDefault();
  (present ?? document.querySelector(".quick-add"))?.querySelector("input").focus();
  if (!present) document.querySelector(".quick-add")?.remove();
});

document.body.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.matches?.(".quick-add")) {
    (detail.elt.querySelector('[aria-invalid="true"]') ?? detail.elt.querySelector("input")).focus();
  }
  if (detail.elt.id === "records") {
    begin(detail.elt);
    connect();
  }
});

for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  document.body.addEventListener(name, ({ detail }) => {
    if (detail.target?.id === "board-inbox") receive(detail.target);
    else if (detail.requestConfig?.elt.matches?.("[data-more]")) dropDoubles();
  });
}

// A card that came by itself may come again with the cards around it.
function dropDoubles() {
  const known = new Set();
  for (const card of board().querySelectorAll(".item-card")) {
    if (known.has(card.id)) card.remove();
    known.add(card.id);
  }
  refreshAll();
}

document.body.addEventListener("announce", ({ detail }) => announce(detail.value));

begin(document);
follow();
