// The only place that changes lanes after an answer. While somebody holds a card, what comes
// waits: nothing moves under the hand.
import { announce } from "ui/announce";
import { refreshAll } from "board/counts";
import { cardById, cardsIn, headOf, idOf, laneByStage, laneOf, putBelow, say, titleOf } from "board/dom";
import { recount } from "board/select";

const SHOWN_FOR = 3000; // milliseconds that a card moved by somebody else is marked
const SLIDE = { duration: 200, easing: "cubic-bezier(.2, 0, 0, 1)" };
const MOST_SLIDING = 50; // cards in a lane; measuring more is slow
const still = matchMedia("(prefers-reduced-motion: reduce)");

let holders = 0;
const waiting = [];
const listeners = [];
const marks = new Map(); // card id -> class, for changes by others

export function hold() {
  holders += 1;
}

export function release() {
  holders = Math.max(holders - 1, 0);
  if (!holders) apply(waiting.splice(0));
}

export const isHeld = () => holders > 0;

// Calls `listener(id)` as soon as an answer about a card is there, applied or not.
export function onAnswer(listener) {
  listeners.push(listener);
}

// The next version of this card comes from somebody else.
export function mark(id, by) {
  marks.set(id, by === "robot" ? "is-robot" : "is-moved");
}

// Takes what an answer put into the inbox.
export function receive(inbox) {
  const parts = [...inbox.children];
  inbox.replaceChildren();
  for (const part of parts) {
    const card = part.querySelector(".item-card");
    const id = card ? idOf(card) : Number(part.dataset.id);
    if (id) listeners.forEach((listener) => listener(id, part));
  }
  if (holders) waiting.push(...parts);
  else apply(parts);
}

const ACTS = { card: place, gone: remove, head: replaceHead, total: replaceTotal };

function apply(parts) {
  for (const part of parts) ACTS[part.dataset.patch]?.(part);
  if (!parts.length) return;
  refreshAll();
  recount();
}

function place(part) {
  const fresh = part.querySelector(".item-card");
  const id = idOf(fresh);
  const old = cardById(id);
  const lane = laneByStage(part.dataset.stage);
  const above = part.dataset.below ? cardById(part.dataset.below) : null;
  const isLoaded = !part.dataset.below || (above && laneOf(above) === lane);
  if (!lane || !isLoaded) return leave(old);
  document.querySelector(".board-frame > .empty")?.remove();
  const from = old?.getBoundingClientRect();
  const hadFocus = old?.contains(document.activeElement);
  if (old) keep(old, fresh);
  explain(part, fresh);
  putBelow(lane, fresh, above === old ? null : above);
  old?.remove();
  if (hadFocus) fresh.focus({ preventScroll: true });
  slide(fresh, from);
  show(part, fresh, lane);
}

// What the browser alone knows of a card.
function keep(old, fresh) {
  fresh.tabIndex = old.tabIndex;
  fresh.querySelector(".item-check").checked = old.querySelector(".item-check").checked;
  fresh.classList.toggle("is-selected", old.classList.contains("is-selected"));
}

function explain(part, fresh) {
  const reason = part.querySelector(".item-refusal");
  if (!reason) return;
  fresh.append(reason);
  fresh.classList.add("is-refused");
}

function slide(card, from) {
  const lane = laneOf(card);
  if (still.matches || !from || cardsIn(lane).length > MOST_SLIDING) return;
  const to = card.getBoundingClientRect();
  const by = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
  card.animate([{ transform: by }, { transform: "none" }], SLIDE);
}

function show(part, card, lane) {
  const sign = marks.get(idOf(card));
  if (!sign) return;
  marks.delete(idOf(card));
  card.classList.add(sign);
  setTimeout(() => card.classList.remove(sign), SHOWN_FOR);
  const { movedBy } = part.dataset;
  if (movedBy) announce(say("movedBy", { who: movedBy, title: titleOf(card), stage: lane.dataset.name }));
}

function remove(part) {
  leave(cardById(part.dataset.id));
}

// A card that had the focus hands it to its neighbour.
function leave(card) {
  if (!card) return;
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const hadFocus = card.contains(document.activeElement);
  card.remove();
  if (hadFocus) (next?.matches(".item-card") ? next : document.getElementById("main")).focus();
}

function replaceHead(part) {
  const lane = laneByStage(part.dataset.stage);
  const fresh = part.querySelector(".lane-head");
  if (!lane || !fresh) return;
  const old = headOf(lane);
  const button = document.activeElement?.closest?.(".lane-head") === old;
  fresh.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!lane.classList.contains("is-slim")));
  old.replaceWith(fresh);
  htmx.process(fresh); // it left the inbox before htmx looked at it
  if (button) fresh.querySelector("[data-adds], [data-fold]")?.focus();
}

function replaceTotal(part) {
  document.querySelector(".filter-totals")?.replaceChildren(...part.childNodes);
}
