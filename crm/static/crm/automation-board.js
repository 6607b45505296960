// The automation board: rules are dragged by mouse, finger or keyboard; the server decides.
import Sortable from "sortablejs";
import { announce } from "ui/announce";

const board = document.getElementById("auto-board");
const words = JSON.parse(document.getElementById("auto-words").textContent);
// Triggers stay among triggers, robots among robots.
const lists = () => [...board.querySelectorAll(".rule-list")];
const cardsIn = (list) => [...list.querySelectorAll(":scope > .rule-card")];
const say = (key, values) => words[key].replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
let lifted = null; // {card, list, next}: what is moved by keyboard, and where it came from

function setUp() {
  for (const list of lists()) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      group: list.dataset.kind,
      draggable: ".rule-card",
      filter: ".rule-more, a, .menu",
      preventOnFilter: false,
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 4,
      delay: 200,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      onEnd: ({ item, from, to, oldIndex, newIndex }) => {
        if (from !== to || oldIndex !== newIndex) save(item);
      },
    });
  }
}

// The library looks under the pointer every 50 ms: a quick drop would land where it looked last.
document.addEventListener("pointerup", () => Sortable.active?._emulateDragOver?.(), true);

async function save(card) {
  const list = card.closest(".rule-list");
  const { id } = card;
  const values = { stage: list.dataset.stage, position: cardsIn(list).indexOf(card) };
  try {
    await htmx.ajax("POST", card.dataset.move, { source: board, target: board, swap: "innerHTML", values });
  } finally {
    document.getElementById(id)?.focus({ preventScroll: true });
  }
  announce(say("dropped", { stage: list.dataset.name }));
}

// A refused move: the cards stand again where the server has them.
board.addEventListener("htmx:responseError", () => {
  htmx.ajax("GET", board.dataset.refresh, { target: board, swap: "innerHTML" });
});
board.addEventListener("htmx:afterSettle", setUp);

function lift(card) {
  lifted = { card, list: card.parentElement, next: card.nextElementSibling };
  card.classList.add("is-lifted");
  announce(say("lifted", { name: card.dataset.name }));
}

function letGo(isKept) {
  const { card, list, next } = lifted;
  lifted = null;
  card.classList.remove("is-lifted");
  const isMoved = card.parentElement !== list || card.nextElementSibling !== next;
  if (isKept && isMoved) return save(card);
  list.insertBefore(card, next);
  card.focus();
  return announce(say("cancelled", { name: card.dataset.name }));
}

function carry(key) {
  const { card } = lifted;
  const list = card.parentElement;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step) {
    const alike = lists().filter((each) => each.dataset.kind === list.dataset.kind);
    const other = alike[alike.indexOf(list) + step];
    other?.insertBefore(card, cardsIn(other)[cardsIn(list).indexOf(card)] ?? null);
  } else if (key === "ArrowUp") card.previousElementSibling?.before(card);
  else card.nextElementSibling?.after(card);
  card.focus();
  const place = cardsIn(card.parentElement).indexOf(card) + 1;
  announce(say("over", { stage: card.parentElement.dataset.name, place }));
}

board.addEventListener("keydown", (event) => {
  const card = event.target.closest(".rule-card[data-move]");
  if (!card || event.target !== card) return;
  const isArrow = event.key.startsWith("Arrow");
  if (event.key === " ") lifted ? letGo(true) : lift(card);
  else if (event.key === "Escape" && lifted) letGo(false);
  else if (isArrow && lifted) carry(event.key);
  else return;
  event.preventDefault();
});

setUp();
