// Files dropped on the panel are those of its input; too large ones are told before they travel.
import { toast } from "ui/toasts";

const zone = (event) => event.target.closest?.("#files-panel")?.querySelector("[data-drop]");
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const form = zone(event);
    if (!form || !hasFiles(event)) return;
    event.preventDefault();
    form.classList.add("is-target");
  });
}

document.addEventListener("dragleave", (event) => {
  const form = zone(event);
  if (form && !form.parentElement.contains(event.relatedTarget)) form.classList.remove("is-target");
});

document.addEventListener("drop", (event) => {
  const form = zone(event);
  if (!form || !hasFiles(event)) return;
  event.preventDefault();
  form.classList.remove("is-target");
  const input = form.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// The server decides; this only spares the wait.
document.body.addEventListener("htmx:confirm", (event) => {
  const form = event.detail.elt.closest?.("[data-drop]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const large = [...input.files].find((file) => file.size > Number(form.dataset.limit));
  if (!large) return;
  event.preventDefault();
  input.value = "";
  toast({ level: "error", title: form.dataset.tooLarge.replace("{name}", large.name) });
});
