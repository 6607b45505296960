// Copies what stands in a control; where the browser has no clipboard, it is marked to be copied.
import { announce } from "ui/announce";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  const control = document.getElementById(button.dataset.copies);
  control.select();
  try {
    await navigator.clipboard.writeText(control.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  announce(button.dataset.said);
  button.classList.add("is-done");
});
