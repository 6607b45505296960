// Going from cell to cell by the arrows. One cell of the table is reached by Tab.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export const table = () => document.getElementById("list-table");
const rowsOf = () => [...table().querySelectorAll("tbody tr[data-id]")];
const cellsOf = (row) => [...row.querySelectorAll("td.cell")];

export function go(cell) {
  if (!cell) return;
  table().querySelector('td.cell[tabindex="0"]')?.setAttribute("tabindex", "-1");
  cell.tabIndex = 0;
  cell.focus();
}

export function settle() {
  if (table() && !table().querySelector('td.cell[tabindex="0"]')) {
    rowsOf()[0]?.querySelector("td.cell")?.setAttribute("tabindex", "0");
  }
}

function step(cell, [down, right]) {
  const row = cell.parentElement;
  const all = rowsOf();
  const next = all[all.indexOf(row) + down];
  return next && cellsOf(next)[cellsOf(row).indexOf(cell) + right];
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.matches?.("td.cell") ? event.target : null;
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in STEPS) go(step(cell, STEPS[event.key]));
  else if (event.key === "Home") go(cellsOf(cell.parentElement)[0]);
  else if (event.key === "End") go(cellsOf(cell.parentElement).at(-1));
  else return;
  event.preventDefault();
});

settle();
