// Remembers what had the focus before something opened, and gives it back after.
export function focusKeeper() {
  let opener = null;
  return {
    keep() {
      opener ??= document.activeElement;
    },
    giveBack() {
      // htmx may have replaced the opener by its next version, which has the same id.
      const back = opener?.isConnected ? opener : document.getElementById(opener?.id || "main");
      opener = null;
      (back && back !== document.body ? back : document.getElementById("main"))?.focus();
    },
  };
}

// The first wrong field, else what asks for the focus, else the first field.
export function focusFirst(box) {
  const wanted =
    box.querySelector('[aria-invalid="true"]') ??
    box.querySelector("[autofocus]") ??
    box.querySelector("input:not([type=hidden]), select, textarea") ??
    box.querySelector(".btn-primary, button, a[href]");
  wanted?.focus();
}
