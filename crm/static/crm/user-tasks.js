// "To answer": the bar that answers several tasks at once; where there is no room beside the list
// a task opens as a page of its own.
const list = document.getElementById("user-tasks");
const side = document.getElementById("user-task-side");
const boxes = () => [...list.querySelectorAll('input[name="task"]')];

function show() {
  const bar = list.querySelector(".user-task-bulk");
  if (!bar) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr").classList.toggle("is-selected", box.checked);
  bar.hidden = !chosen.length;
  bar.querySelector("[data-bulk-count]").textContent = bar.dataset.countText.replace("{count}", chosen.length);
  const every = list.querySelector("#user-tasks-all");
  every.checked = Boolean(chosen.length) && chosen.length === all.length;
  every.indeterminate = Boolean(chosen.length) && chosen.length < all.length;
}

function choose(on) {
  for (const box of boxes()) box.checked = on;
  show();
}

list.addEventListener("change", ({ target }) => {
  if (target.id === "user-tasks-all") choose(target.checked);
  else if (target.name === "task") show();
});
list.addEventListener("click", ({ target }) => {
  if (target.closest("[data-bulk-clear]")) choose(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && boxes().some((box) => box.checked)) choose(false);
});
list.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target.closest("a[hx-target='#user-task-side']");
  if (!link || getComputedStyle(side).display !== "none") return;
  event.preventDefault();
  location.assign(link.href);
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === side) side.focus();
  if (detail.target === list) show();
});
