// Menus: popovers with role="menu". The browser opens and closes them; the arrows are ours.
const ITEMS = '[role^="menuitem"]:not(:disabled)';
const anchored = CSS.supports("position-area: block-end");

const buttonsOf = (menu) => document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`);
const itemsOf = (menu) => [...menu.querySelectorAll(ITEMS)].filter((item) => item.offsetParent);

// Where CSS knows no anchors: below the button, inside the window.
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const start = menu.classList.contains("is-from-start") ? at.left : at.right - box.width;
  const below = at.bottom + box.height + 8 <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(start, innerWidth - box.width - 8))}px`;
  menu.style.top = `${below ? at.bottom : Math.max(8, at.top - box.height - 8)}px`;
}

function opened(menu) {
  const button = [...buttonsOf(menu)].find((one) => one.offsetParent);
  if (!anchored && button) place(menu, button);
  if (menu.getAttribute("role") === "menu") {
    (menu.querySelector('[aria-checked="true"]') ?? itemsOf(menu)[0])?.focus();
  }
}

// Toggle events do not bubble, so they are caught on their way down.
document.addEventListener("toggle", ({ target, newState }) => {
  if (!(target instanceof HTMLElement) || !target.popover) return;
  for (const button of buttonsOf(target)) button.setAttribute("aria-expanded", String(newState === "open"));
  if (newState === "open") opened(target);
}, true);

document.addEventListener("click", (event) => {
  const item = event.target.closest(ITEMS);
  if (item && !item.hasAttribute("data-stays-open")) item.closest("[popover]")?.hidePopover();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.('[role="menu"][popover]');
  if (menu) return moveIn(menu, event);
  const button = event.target.closest?.('[popovertarget][aria-haspopup="menu"]');
  if (button && event.key === "ArrowDown") {
    event.preventDefault();
    document.getElementById(button.getAttribute("popovertarget")).showPopover({ source: button });
  }
});

function moveIn(menu, event) {
  const items = itemsOf(menu);
  const now = items.indexOf(document.activeElement);
  const steps = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
  if (event.key in steps) {
    event.preventDefault();
    items.at(steps[event.key] % items.length)?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLowerCase();
    const round = [...items.slice(now + 1), ...items.slice(0, now + 1)];
    round.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
    event.stopPropagation(); // a letter typed here is no shortcut of the page
  }
}
