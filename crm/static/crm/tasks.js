// "My tasks": the arrows go from to-do to to-do; Space ticks, Enter opens the record.
const boxes = () => [...document.querySelectorAll("#tasks .task-row .check")];

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.(".task-row");
  if (!row) return;
  const all = boxes();
  const at = all.indexOf(row.querySelector(".check"));
  const goal = { ArrowDown: at + 1, ArrowUp: Math.max(at - 1, 0), Home: 0, End: all.length - 1 }[event.key];
  if (goal !== undefined) {
    event.preventDefault();
    all[Math.min(goal, all.length - 1)]?.focus();
  } else if (event.key === "Enter" && event.target.matches(".check")) {
    event.preventDefault();
    row.querySelector("a").click();
  }
});

// The one that was ticked is gone: the next one gets the focus.
let place = -1;
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(".task-row .check")) place = boxes().indexOf(detail.elt);
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "tasks" || place < 0) return;
  const all = boxes();
  (all[Math.min(place, all.length - 1)] ?? document.getElementById("main")).focus();
  place = -1;
});
