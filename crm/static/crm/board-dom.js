// Where things stand on the board. Looked up when needed: htmx replaces what it likes.
const parsed = new WeakMap();

function json(id) {
  const element = document.getElementById(id);
  if (!parsed.has(element)) parsed.set(element, JSON.parse(element.textContent));
  return parsed.get(element);
}

export const board = () => document.getElementById("board");
export const settings = () => json("board-settings");
export const lanes = () => [...board().querySelectorAll(".lane")];
export const laneOf = (element) => element.closest(".lane");
export const laneByStage = (code) => document.getElementById(`lane-${code}`);
export const bodyOf = (lane) => lane.querySelector(".lane-body");
export const headOf = (lane) => lane.querySelector(".lane-head");
export const cardById = (id) => document.getElementById(`card-${id}`);
export const cardsIn = (lane) => [...lane.querySelectorAll(".item-card")];
export const idOf = (card) => Number(card.id.replace("card-", ""));
export const titleOf = (card) => card.querySelector(".item-title").textContent;
export const stageOf = (card) => laneOf(card).dataset.stage;
export const focusedCard = () => document.activeElement?.closest?.(".item-card");

// The sentence of that name with its places filled in.
export function say(name, values = {}) {
  return json("board-words")[name].replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}

// Where a card stands among the cards of its lane, beginning with 1.
export function placeOf(card) {
  const all = cardsIn(laneOf(card));
  return { place: all.indexOf(card) + 1, places: all.length };
}

// The card right above another one, or null for the top one.
export function cardAbove(card) {
  let above = card.previousElementSibling;
  while (above && !above.matches(".item-card")) above = above.previousElementSibling;
  return above;
}

// Puts a card right below another one; on top of the lane for null.
export function putBelow(lane, card, above) {
  if (above) above.after(card);
  else {
    const first = cardsIn(lane).find((one) => one !== card);
    if (first) first.before(card);
    else {
      const form = bodyOf(lane).querySelector(".quick-add");
      if (form) form.after(card);
      else bodyOf(lane).prepend(card);
    }
  }
}

// Where a card stands now, to put it back there.
export function originOf(card) {
  const lane = laneOf(card);
  return { stage: lane.dataset.stage, above: cardAbove(card), next: card.nextElementSibling };
}

export function putBack(card, { stage, above, next }) {
  const lane = laneByStage(stage);
  if (!lane) return card.remove();
  const body = bodyOf(lane);
  if (next?.parentElement === body) next.before(card);
  else putBelow(lane, card, above?.parentElement === body ? above : null);
}
