// The numbers of the shell: at the bell and in the menu. Asked for when the page stands, so that
// no page waits for them, when something changed them, and each minute while it is looked at. The
// server says at once when there is something new: by the board's stream, else by one of our own.
const MINUTE = 60_000; // milliseconds
const bell = document.getElementById("bell");
const panel = document.getElementById("bell-panel");

let shown = -1; // the number at the bell
let stream = null;
let retry = 1000; // milliseconds

function show(told) {
  shown = told.bell.count;
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

function rang({ detail: unread }) {
  if (unread !== shown) ask();
}

// A browser has six connections to a server: pages that nobody looks at give theirs back, and a
// page with a stream of its own opens no second one.
function listen() {
  stream?.close();
  stream = null;
  if (document.hidden || document.querySelector("[data-has-stream]")) return;
  stream = new EventSource(bell.dataset.stream);
  stream.addEventListener("bell", ({ data }) => {
    retry = 1000;
    rang({ detail: Number(data) });
  });
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries by itself
    setTimeout(listen, retry);
    retry = Math.min(retry * 2, MINUTE);
  });
}

if (bell) {
  ask().then(listen);
  setInterval(ask, MINUTE);
  document.addEventListener("visibilitychange", () => {
    ask();
    listen();
  });
  document.body.addEventListener("counts-changed", ask);
  document.body.addEventListener("bell-rang", rang);
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") htmx.trigger(panel, "opened");
  });
}
