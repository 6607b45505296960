// Keys of the page: [data-shortcut="g d"] presses its element, bindKey() calls a function.
// Off while typing, in menus and dialogs, and for who switched them off in the profile.
import { openDialog } from "ui/dialogs";

const PAUSE = 1000; // milliseconds between the letters of one shortcut
const TYPING = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

const switchedOn = document.body.dataset.shortcuts !== "off";
const bound = new Map();
let typed = [];
let last = 0;

// Calls `act(event)` for a key ("m", "/") or keys in turn ("c l").
export function bindKey(keys, act) {
  bound.set(keys, act);
}

// Letters by their place on the keyboard: they work in a Cyrillic layout as well.
function nameOf(event) {
  if (/^Key[A-Z]$/.test(event.code)) {
    const letter = event.code.at(-1).toLowerCase();
    return event.shiftKey ? `shift+${letter}` : letter;
  }
  return event.key;
}

function actionFor(keys) {
  const element = document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`);
  return bound.get(keys) ?? (element && (() => element.click()));
}

document.addEventListener("keydown", (event) => {
  if (!switchedOn || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.(`${TYPING}, [role=menu]`) || document.querySelector("dialog[open]")) return;
  if (event.key === "Shift") return;
  typed = event.timeStamp - last < PAUSE ? [...typed, nameOf(event)].slice(-2) : [nameOf(event)];
  last = event.timeStamp;
  const act = actionFor(typed.join(" ")) ?? actionFor(typed.at(-1));
  if (!act) return;
  event.preventDefault();
  typed = [];
  act(event);
});

bindKey("?", () => openDialog("keys-dialog"));
