// Keys pressed while an editor is on its way from the server: kept, and given to it in their
// order, so that nobody has to wait before typing.
let kept = null; // [{key, shiftKey, ctrlKey}] while an editor is awaited

export function keepKeys() {
  kept ??= [];
}

export function dropKeys() {
  kept = null;
}

// Types into the control what was typed for it. What comes after Enter, Tab or Esc is kept on
// if that key asked for the next editor, and is given up otherwise.
export function giveKeys(control) {
  const keys = kept ?? [];
  kept = null;
  const end = keys.findIndex(({ key }) => ["Enter", "Tab", "Escape"].includes(key));
  fill(control, textOf(end < 0 ? keys : keys.slice(0, end)));
  if (end < 0) return;
  const how = { ...keys[end], code: keys[end].key, bubbles: true, cancelable: true };
  control.dispatchEvent(new KeyboardEvent("keydown", how));
  kept?.push(...keys.slice(end + 1));
}

function textOf(keys) {
  let text = "";
  for (const { key } of keys) {
    if (key === "Backspace") text = text.slice(0, -1);
    else if (key.length === 1) text += key;
  }
  return text;
}

// An editor opens with all of its value marked: what is typed replaces it.
function fill(control, text) {
  if (!text) return;
  const before = control.value;
  const meant = [...(control.options ?? [])].find((option) =>
    option.text.trim().toLowerCase().startsWith(text.toLowerCase()),
  );
  control.value = meant?.value ?? text;
  if (!meant && control.value !== text) control.value = before; // no date, no such option
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener(
  "keydown",
  (event) => {
    const { key, shiftKey, ctrlKey } = event;
    const isTyping = key === "Enter" || !(ctrlKey || event.altKey || event.metaKey);
    if (!kept || !isTyping || event.isComposing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push({ key, shiftKey, ctrlKey });
  },
  true,
);
// Who reaches for the mouse no longer means the editor.
document.addEventListener("pointerdown", dropKeys, true);
