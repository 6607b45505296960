// The numbers of the shell: at the bell and in the menu. Asked for when the page stands, so that
// no page waits for them, each minute while it is looked at, and when something changed them.
const MINUTE = 60_000; // milliseconds
const bell = document.getElementById("bell");
const panel = document.getElementById("bell-panel");

function show(told) {
  bell.setAttribute("aria-label", told.bell.label);
  bell.querySelector(".dot").hidden = !told.bell.count;
  for (const badge of document.querySelectorAll("[data-live-count]")) {
    const { count, is_alert: isAlert } = told[badge.dataset.liveCount];
    badge.textContent = count;
    badge.hidden = !count;
    badge.classList.toggle("is-bad", Boolean(isAlert));
  }
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(bell.dataset.counts, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch {
    // Away for a moment; the next minute asks again.
  }
}

if (bell) {
  ask();
  setInterval(ask, MINUTE);
  document.addEventListener("visibilitychange", ask);
  document.body.addEventListener("counts-changed", ask);
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") htmx.trigger(panel, "opened");
  });
}
