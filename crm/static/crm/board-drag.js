// Dragging by mouse and finger. What a drop means stands in board-moves.js.
import Sortable from "sortablejs";
import { openMenuFor } from "board/menu";
import { bodyOf, cardsIn, laneOf, lanes, say } from "board/dom";
import { cancel, drop, dropOnStrip, isLifted, lift } from "board/moves";

const ANIMATED = 50; // cards in a lane; with more, measuring each of them makes drags slow
const still = matchMedia("(prefers-reduced-motion: reduce)");
let isCancelled = false;
let isDragging = false;

const isOpen = (to) => !to.el.closest(".is-barred");
const SHARED = {
  draggable: ".item-card",
  // The library's own copy of the card, so that mouse and finger look alike.
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  delay: 200,
  delayOnTouchOnly: true,
  touchStartThreshold: 8,
  fallbackClass: "is-lifted",
  ghostClass: "is-ghost",
};

export function setUp(root) {
  for (const body of root.querySelectorAll(".lane-body")) {
    if (Sortable.get(body)) continue;
    Sortable.create(body, {
      ...SHARED,
      group: { name: "cards", put: isOpen },
      filter: ".is-fixed, .quick-add, .lane-more, button, input",
      preventOnFilter: false,
      scrollSensitivity: 60,
      onStart,
      onMove,
      onEnd,
    });
  }
  for (const zone of root.querySelectorAll(".drop-zone")) {
    if (!Sortable.get(zone)) Sortable.create(zone, { ...SHARED, group: { name: "cards", put: isOpen } });
  }
}

function onStart({ item }) {
  isDragging = true;
  isCancelled = false;
  const most = Math.max(...lanes().map((lane) => cardsIn(lane).length));
  for (const lane of lanes()) {
    Sortable.get(bodyOf(lane))?.option("animation", still.matches || most > ANIMATED ? 0 : 120);
  }
  item.focus({ preventScroll: true });
  lift(item);
}

function onMove({ to, dragged }) {
  const lane = laneOf(to);
  for (const one of lanes()) one.classList.toggle("is-target", one === lane);
  for (const zone of document.querySelectorAll(".drop-zone")) zone.classList.toggle("is-over", zone === to);
  dragged.dataset.drop = lane ? say("dropHere", { stage: lane.dataset.name }) : "";
}

function onEnd({ item, to }) {
  isDragging = false;
  delete item.dataset.drop;
  for (const zone of document.querySelectorAll(".drop-zone.is-over")) zone.classList.remove("is-over");
  if (!isLifted()) return;
  if (isCancelled) cancel();
  else if (to.matches(".drop-zone")) {
    const card = dropOnStrip(to);
    if (to.dataset.does === "pipeline") openMenuFor(card);
  } else drop();
  item.focus({ preventScroll: true });
}

// The library looks under the pointer every 50 ms: a quick drop would land where it looked last.
document.addEventListener("pointerup", () => {
  if (isDragging && !isCancelled) Sortable.active?._emulateDragOver?.();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isDragging) return;
  event.preventDefault();
  event.stopPropagation();
  isCancelled = true;
  for (const type of ["pointerup", "mouseup", "touchend"]) document.dispatchEvent(new Event(type));
}, true);
