// Toasts: success goes after five seconds, errors stay, at most three, equal ones are counted.
// From the server: HX-Trigger: {"toast": {"level": "success", "title": "…", "text": "…",
// "action": {"label": "Undo", "post": "/address"}}}; `href` instead of `post` makes a link. With
// "decline": "No" it asks: it stays until one of both is pressed.
import { announce } from "ui/announce";

const SHOWN_FOR = 5000; // milliseconds
const AT_MOST = 3;
const STAYING = new Set(["error", "warning"]);

const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");

export function toast({ level = "info", title = "", text = "", action = null, decline = "" }) {
  const key = JSON.stringify([level, title, text]);
  const same = [...region.children].find((shown) => shown.dataset.key === key);
  if (same) {
    const badge = same.querySelector("[data-toast-count]");
    badge.textContent = `×${(same.dataset.count = Number(same.dataset.count || 1) + 1)}`;
    badge.hidden = false;
    start(same);
  } else {
    const made = template.content.firstElementChild.cloneNode(true);
    made.dataset.level = level;
    made.dataset.key = key;
    made.querySelector("[data-toast-title]").textContent = title;
    made.querySelector("[data-toast-text]").textContent = text;
    if (action) addAction(made, action);
    if (decline) addDecline(made, decline);
    if (level === "error") made.setAttribute("role", "alert");
    region.append(made);
    start(made);
    makeRoom();
  }
  if (level !== "error") announce([title, text].filter(Boolean).join(". "));
}

function addAction(shown, { label, post, href }) {
  const control = document.createElement(href ? "a" : "button");
  control.className = "btn btn-line btn-sm";
  control.textContent = label;
  if (href) control.href = href;
  else {
    control.type = "button";
    control.addEventListener("click", () => {
      shown.remove();
      htmx.ajax("POST", post, { source: document.body, swap: "none" });
    });
  }
  const row = shown.querySelector("[data-toast-actions]");
  row.append(control);
  row.hidden = false;
}

function addDecline(shown, label) {
  const button = document.createElement("button");
  button.className = "btn btn-quiet btn-sm";
  button.type = "button";
  button.textContent = label;
  button.dataset.toastClose = "";
  shown.querySelector("[data-toast-actions]").append(button);
  shown.dataset.asks = "";
}

const stays = ({ dataset }) => STAYING.has(dataset.level) || "asks" in dataset;

function start(shown) {
  clearTimeout(shown.timer);
  if (stays(shown)) return;
  shown.timer = setTimeout(() => {
    // Somebody reads it or is about to press Undo: wait until they leave.
    if (shown.matches(":hover, :focus-within")) start(shown);
    else shown.remove();
  }, SHOWN_FOR);
}

function makeRoom() {
  const shown = [...region.children];
  while (shown.length > AT_MOST) {
    const passing = shown.findIndex((one) => !stays(one));
    shown.splice(Math.max(passing, 0), 1)[0].remove();
  }
}

region.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-level]").remove();
});
document.body.addEventListener("toast", ({ detail }) => {
  toast(typeof detail.value === "string" ? { title: detail.value } : detail);
});
// Django's messages are in the page already.
for (const shown of region.children) start(shown);
