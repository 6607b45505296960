// The form of a new record: Ctrl Enter sends it, the first field has the focus.
import { focusFirst } from "ui/focus";

const form = document.getElementById("create-form");

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

focusFirst(form);
