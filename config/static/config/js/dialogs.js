// Dialogs and drawers that the server sends into their hosts, and dialogs that stand in the page.
// Closed by Esc, by [data-close], by an empty answer, or by HX-Trigger: close-dialog.
import { focusFirst, focusKeeper } from "ui/focus";

const dialogHost = document.getElementById("dialog-host");
const drawerHost = document.getElementById("drawer-host");
const beforeDialog = focusKeeper();
const beforeDrawer = focusKeeper();

function settleDialog() {
  const dialog = dialogHost.querySelector("dialog");
  if (!dialog) {
    beforeDialog.giveBack();
  } else if (!dialog.open) {
    beforeDialog.keep();
    dialog.addEventListener("close", () => {
      dialog.remove();
      beforeDialog.giveBack();
    });
    dialog.showModal();
    focusFirst(dialog);
  }
}

function settleDrawer(event) {
  if (!drawerHost.firstElementChild) beforeDrawer.giveBack();
  else if (event.detail.target === drawerHost) {
    beforeDrawer.keep();
    focusFirst(drawerHost);
  }
}

function closeDrawer() {
  drawerHost.replaceChildren();
  beforeDrawer.giveBack();
}

dialogHost.addEventListener("htmx:afterSwap", settleDialog);
drawerHost?.addEventListener("htmx:afterSwap", settleDrawer);
drawerHost?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !drawerHost.querySelector(":popover-open")) closeDrawer();
});
document.body.addEventListener("close-dialog", () => dialogHost.querySelector("dialog")?.close());
document.body.addEventListener("close-drawer", closeDrawer);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) openDialog(opener.dataset.opens);
  if (!event.target.closest("[data-close]")) return;
  const box = event.target.closest("dialog, .drawer");
  if (box instanceof HTMLDialogElement) box.close();
  else if (box) closeDrawer();
});

// Opens a dialog that stands in the page. No dialog on a dialog.
export function openDialog(id) {
  if (document.querySelector("dialog[open]")) return false;
  document.getElementById(id).showModal();
  return true;
}
