// Counts and sums: heads, "n more", the tabs of phones. The server's numbers replace ours.
import { bodyOf, cardsIn, headOf, lanes, say, settings } from "board/dom";

const language = document.documentElement.lang;

// An amount in minor units of the base currency, without cents.
export function money(minor, notation = "standard") {
  const { currency, places } = settings();
  if (!currency) return "";
  const options = { style: "currency", currency, maximumFractionDigits: 0, notation };
  return new Intl.NumberFormat(language, options).format(minor / 10 ** places);
}

export const count = (number) => new Intl.NumberFormat(language).format(number);

// A card left or came: the head says so at once, the answer says it exactly.
export function shift(lane, records, minor) {
  const head = headOf(lane);
  head.dataset.count = Math.max(Number(head.dataset.count) + records, 0);
  head.dataset.sum = Number(head.dataset.sum) + minor;
  head.querySelector(".lane-count").textContent = count(head.dataset.count);
  for (const [name, notation] of [["amount", "standard"], ["short", "compact"]]) {
    const shown = head.querySelector(`.lane-${name}`);
    if (shown) shown.textContent = money(head.dataset.sum, notation);
  }
  refresh(lane);
}

// What follows from a lane's head and cards.
export function refresh(lane) {
  const { count: all, label } = headOf(lane).dataset;
  const cards = cardsIn(lane);
  lane.setAttribute("aria-label", label);
  const more = bodyOf(lane).querySelector("[data-more]");
  if (more) {
    const left = Math.max(Number(all) - cards.length, 0);
    more.hidden = left === 0;
    more.textContent = say("more", { count: count(left) });
  }
  const tab = document.querySelector(`[data-goes-to="${lane.dataset.stage}"] [data-tab-count]`);
  if (tab) tab.textContent = count(all);
  // One card of every lane is reached by Tab, the others by the arrows.
  if (cards.length && !cards.some((card) => card.tabIndex === 0)) cards[0].tabIndex = 0;
}

export function refreshAll() {
  lanes().forEach(refresh);
}
