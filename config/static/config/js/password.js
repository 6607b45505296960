// The eye in a password field.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows-password]");
  if (!button) return;
  const field = document.getElementById(button.dataset.showsPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});
