// The page of one record: tabs, copying its link, what htmx brings.
import { announce } from "ui/announce";
import { bindKey } from "ui/shortcuts";
import "record/fields";
import "record/files";
import "record/writing";

const record = () => document.getElementById("record");
const PHONE = matchMedia("(max-width: 767px)");

// ---- the address: it carries the list one came from, and the open tab ----------------------
function keepAddress(tab) {
  const { address } = record().dataset;
  if (!address) return;
  const url = new URL(address, location.href);
  if (tab !== "timeline" && tab !== "details") url.searchParams.set("tab", tab);
  history.replaceState(history.state, "", url);
}

// ---- tabs ----------------------------------------------------------------------------------
function open(tab) {
  for (const one of record().querySelectorAll('[role="tab"]')) {
    const isDetails = one.dataset.tab === "details";
    // On a wide screen the details are always there: only phones have a tab for them.
    const inSmallRow = Boolean(one.closest(".record-tabs"));
    const chosen = inSmallRow ? tab === one.dataset.tab : !isDetails && tab === one.dataset.tab;
    if (tab === "details" && !inSmallRow) continue;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
  }
  record().querySelector(".split").classList.toggle("is-activity", tab !== "details");
  record().dataset.tab = tab;
  keepAddress(tab);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.('#record [role="tab"]');
  if (tab) open(tab.dataset.tab);
  const copier = event.target.closest?.("[data-copies]");
  if (copier) copy(copier);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('#record [role="tab"]');
  if (!tab || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const all = [...tab.parentElement.querySelectorAll('[role="tab"]')].filter((one) => one.offsetParent);
  const at = all.indexOf(tab);
  const goal = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
  event.preventDefault();
  all.at(goal % all.length).focus();
  all.at(goal % all.length).click();
});

// ---- copying the link ----------------------------------------------------------------------
async function copy(button) {
  const url = new URL(button.dataset.copies, location.href).href;
  try {
    await navigator.clipboard.writeText(url);
  } catch {
    return prompt(button.textContent.trim(), url); // no clipboard without https
  }
  document.body.dispatchEvent(
    new CustomEvent("toast", { detail: { level: "success", title: button.dataset.said } }),
  );
}

// ---- answers -------------------------------------------------------------------------------
// How many links and files there are comes with their lists.
function tellTabs(root) {
  for (const told of root.querySelectorAll("[data-tab-count]")) {
    for (const badge of record().querySelectorAll(`[data-count="${told.dataset.tabCount}"]`)) {
      badge.textContent = told.textContent;
      badge.hidden = told.textContent.trim() === "0";
    }
  }
}

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!record()) return;
  tellTabs(record());
  if (detail.target.id !== "record" || !record().dataset.tab) return;
  begin();
  // What had the focus went with the old sheet.
  if (document.activeElement === document.body) document.getElementById("main").focus();
});

document.body.addEventListener("announce", ({ detail }) => announce(detail.value));

bindKey("e", () => record().querySelector("#record-title .pen")?.click());

function begin() {
  const { tab } = record().dataset;
  // A phone begins with the details, unless the address names a tab.
  const named = new URLSearchParams(location.search).get("tab");
  open(PHONE.matches && !named ? "details" : tab);
  tellTabs(record());
}

begin();
