// Text areas that grow with their text, and Ctrl Enter that sends them.
const GROWING = "textarea[data-grows]";

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

document.addEventListener("input", ({ target }) => {
  if (target.matches?.(GROWING)) grow(target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (!event.target.matches?.("[data-sends]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.body.addEventListener("htmx:load", ({ detail }) => {
  for (const area of detail.elt.querySelectorAll?.(GROWING) ?? []) grow(area);
});
