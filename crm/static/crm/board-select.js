// Selected cards. The bulk bar sends their checkboxes; count and sum are kept here.
import { announce } from "ui/announce";
import { count, money } from "board/counts";
import { board, cardsIn, lanes, say } from "board/dom";

let anchor = null; // where a range begins
let told = ""; // what the bulk bar shows

export const selectedCards = () => [...board().querySelectorAll(".item-card.is-selected")];

function set(card, on) {
  card.classList.toggle("is-selected", on);
  card.querySelector(".item-check").checked = on;
}

export function toggle(card) {
  set(card, !card.classList.contains("is-selected"));
  anchor = card;
  tell();
}

// Selects everything between the last selected card and this one, across lanes.
export function extendTo(card) {
  const all = lanes().flatMap(cardsIn);
  const [from, to] = [all.indexOf(anchor), all.indexOf(card)].sort((a, b) => a - b);
  all.slice(Math.max(from, 0), to + 1).forEach((one) => set(one, true));
  anchor = card;
  tell();
}

export function clear() {
  for (const card of selectedCards()) set(card, false);
  tell();
}

function counted() {
  const cards = selectedCards();
  const sum = money(cards.reduce((all, card) => all + Number(card.dataset.amount), 0));
  return { count: cards.length, shown: count(cards.length), sum };
}

// The bulk bar listens: {count, shown, sum} of what is selected.
function send(detail) {
  told = `${detail.shown} ${detail.sum}`;
  board().classList.toggle("is-selecting", detail.count > 0);
  document.dispatchEvent(new CustomEvent("selection", { detail }));
}

function tell() {
  const detail = counted();
  send(detail);
  if (!detail.count) announce(say("noneSelected"));
  else announce(say(detail.sum ? "selected" : "selectedCount", { count: detail.shown, sum: detail.sum }));
}

// Selected cards may leave, or change their amount, by what others do.
export function recount() {
  if (!board().classList.contains("is-selecting")) return;
  const detail = counted();
  if (`${detail.shown} ${detail.sum}` !== told) send(detail);
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.(".item-check")) return;
  const card = target.closest(".item-card");
  set(card, target.checked);
  anchor = card;
  tell();
});

document.addEventListener("click", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
  const card = event.target.closest?.(".item-card");
  if (!card || event.target.closest("a, button, input")) return;
  event.preventDefault();
  if (event.shiftKey && anchor) extendTo(card);
  else toggle(card);
});

document.addEventListener("clear-selection", () => board() && clear());

document.addEventListener("keydown", (event) => {
  const isBusy = event.defaultPrevented || document.querySelector("dialog[open], :popover-open");
  if (event.key === "Escape" && !isBusy && board() && selectedCards().length) clear();
});
