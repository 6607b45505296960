// The automation board: only the rules that hold every word of the search are shown.
import { announce } from "ui/announce";

const search = document.getElementById("rule-find");
const board = document.getElementById("auto-board");
const words = JSON.parse(document.getElementById("auto-words").textContent);

function narrow() {
  const wanted = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const card of board.querySelectorAll(".rule-card")) {
    const text = card.dataset.find.toLocaleLowerCase();
    card.hidden = !wanted.every((word) => text.includes(word));
    if (!card.hidden) count += 1;
  }
  return count;
}

search.addEventListener("input", () => {
  const count = narrow();
  if (search.value.trim()) announce(words.found.replace("%(count)s", count));
});
// What a change sends is narrowed as well.
board.addEventListener("htmx:afterSettle", narrow);
