// The automation board by keyboard: arrows go from rule to rule, Enter opens one.
const board = document.getElementById("auto-board");
const seen = ".rule-card:not([hidden])";

function beside(card, step) {
  const lanes = [...board.querySelectorAll(".auto-lane")];
  const lane = lanes[lanes.indexOf(card.closest(".auto-lane")) + step];
  const { kind } = card.closest(".rule-list").dataset;
  return lane?.querySelector(`[data-kind="${kind}"] ${seen}`) ?? lane?.querySelector(seen);
}

function along(card, step) {
  const cards = [...card.closest(".auto-lane").querySelectorAll(seen)];
  return cards[cards.indexOf(card) + step];
}

board.addEventListener("keydown", (event) => {
  const card = event.target;
  // One that is lifted goes along with the arrows (automation-board.js).
  if (!card.matches(".rule-card") || board.querySelector(".is-lifted")) return;
  const go = {
    ArrowLeft: () => beside(card, -1)?.focus(),
    ArrowRight: () => beside(card, 1)?.focus(),
    ArrowUp: () => along(card, -1)?.focus(),
    ArrowDown: () => along(card, 1)?.focus(),
    Enter: () => card.querySelector(".rule-open").click(),
  }[event.key];
  if (!go) return;
  event.preventDefault();
  go();
});
