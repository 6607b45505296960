// What others change appears here: the server tells which cards, we ask for them.
import { board, cardById, settings } from "board/dom";
import { isHeld, mark, onAnswer } from "board/patch";
import { send } from "board/requests";

const PAUSE = 250; // milliseconds in which changes are gathered
const MOST_CARDS = 50; // the server refuses longer lists; a whole board is faster then
const RELOAD_PAUSE = 3000; // milliseconds between two whole boards, during an import
const SLOWEST_RETRY = 60_000; // milliseconds

let stream = null;
let last = ""; // id of the last event
let retry = 1000;
let timer = 0;
let reloadedAt = 0;
const changed = new Map(); // card id -> the change
const seen = new Map(); // card id -> newest version that an answer brought

onAnswer((id, part) => {
  const version = part.querySelector(".item-card")?.dataset.version;
  if (version) seen.set(id, Number(version));
});

export function connect() {
  stream?.close();
  const { live, query, loaded } = settings();
  stream = new EventSource(`${live}?${query}&${last ? `after=${last}` : `loaded=${loaded}`}`);
  stream.addEventListener("ready", (event) => {
    remember(event);
    board().dataset.live = "on"; // from here on changes by others are seen
  });
  stream.addEventListener("changes", (event) => {
    remember(event);
    for (const change of JSON.parse(event.data)) gather(change);
  });
  stream.addEventListener("reload", (event) => {
    remember(event);
    later(reload, Math.max(PAUSE, reloadedAt + RELOAD_PAUSE - Date.now()));
  });
  stream.addEventListener("bell", ({ data }) => {
    document.body.dispatchEvent(new CustomEvent("bell-rang", { detail: Number(data) }));
  });
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries by itself
    setTimeout(connect, retry);
    retry = Math.min(retry * 2, SLOWEST_RETRY);
  });
}

function remember({ lastEventId }) {
  if (lastEventId) last = lastEventId;
  retry = 1000;
}

function gather(change) {
  const known = Math.max(seen.get(change.id) ?? -1, Number(cardById(change.id)?.dataset.version ?? -1));
  const isGone = change.kind === "deleted";
  // A to-do changes what the card shows, not the record's version.
  if (known >= change.version && !isGone && change.kind !== "planned") return;
  changed.set(change.id, change);
  later(ask, PAUSE);
}

function later(act, pause) {
  clearTimeout(timer);
  timer = setTimeout(act, pause);
}

function ask() {
  const changes = [...changed.values()];
  changed.clear();
  if (changes.length > MOST_CARDS) return reload();
  for (const { id, kind, by } of changes) {
    if (kind === "moved" || kind === "created") mark(id, by);
  }
  const { cards, query } = settings();
  const ids = changes.map(({ id }) => id).join(",");
  send("GET", `${cards}?${query}&ids=${ids}`);
}

// Everything anew; later while somebody holds, selects or writes something there.
function reload() {
  const isBusy = document.querySelector(".quick-add, .is-selecting, dialog[open], :popover-open");
  if (isHeld() || isBusy) return later(reload, RELOAD_PAUSE);
  reloadedAt = Date.now();
  changed.clear();
  htmx.ajax("GET", location.href, { target: "#records", swap: "outerHTML" });
}

// A browser has six connections to a server: pages that nobody looks at give theirs back.
export function follow() {
  connect();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream?.close();
    else connect();
  });
}
