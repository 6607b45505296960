// Lifting, dropping, giving back. Mouse, keyboard and menu all end here; so does the server's no.
import { announce } from "ui/announce";
import { shift } from "board/counts";
import {
  cardAbove, cardById, idOf, laneByStage, laneOf, lanes, originOf, putBack, putBelow, say, settings,
  stageOf, titleOf,
} from "board/dom";
import { hold, onAnswer, release } from "board/patch";
import { send } from "board/requests";

const strip = () => document.getElementById("drop-strip");
const pending = new Map(); // card id -> where it was, until the server has answered
let lifted = null; // {card, origin}

// Why cards of a stage may not go to another one; empty when they may try.
export function reasonAgainst(source, target) {
  return settings().barred[source]?.[target] ?? "";
}

export const isLifted = () => Boolean(lifted);
export const liftedCard = () => lifted?.card;

export function lift(card) {
  hold();
  forgetRefusals();
  lifted = { card, origin: originOf(card) };
  bar(lifted.origin.stage);
  strip().hidden = false;
  document.body.classList.add("is-moving-card");
  document.getElementById("toasts")?.classList.add("is-above-strip");
}

function bar(source) {
  const note = document.getElementById("lane-note");
  for (const lane of lanes()) {
    const reason = reasonAgainst(source, lane.dataset.stage);
    if (!reason) continue;
    lane.classList.add("is-barred");
    const shown = note.content.firstElementChild.cloneNode(true);
    shown.querySelector("span").textContent = reason;
    lane.append(shown);
  }
  for (const zone of strip().querySelectorAll("[data-stage]")) {
    const reason = reasonAgainst(source, zone.dataset.stage);
    zone.classList.toggle("is-barred", Boolean(reason) || zone.dataset.stage === source);
    zone.title = reason;
  }
}

// The hand is empty again; returns what it held.
function settle() {
  const held = lifted;
  lifted = null;
  for (const lane of lanes()) {
    lane.classList.remove("is-barred", "is-target");
    lane.querySelector(".lane-bar-note")?.remove();
  }
  strip().hidden = true;
  document.body.classList.remove("is-moving-card");
  document.getElementById("toasts")?.classList.remove("is-above-strip");
  return held;
}

// Esc, or a drop outside: back where it was.
export function cancel() {
  const { card, origin } = settle();
  putBack(card, origin);
  announce(say("returned", { title: titleOf(card), stage: laneOf(card).dataset.name }));
  release();
}

// The card stays where it stands in the page now, if the server agrees.
export function drop() {
  const { card, origin } = settle();
  commit(card, origin);
  release();
}

// A drop on the strip: on a stage, "pipeline" or "delete".
export function dropOnStrip(zone) {
  const { card, origin } = settle();
  putBack(card, origin);
  if (zone.dataset.stage) moveTo(card, zone.dataset.stage);
  else if (zone.dataset.does === "delete") remove(card);
  release();
  return card;
}

export function moveTo(card, stage) {
  forgetRefusals();
  const origin = originOf(card);
  const lane = laneByStage(stage);
  if (lane) putBelow(lane, card, null);
  card.focus({ preventScroll: true }); // an element that moves in the page loses it
  commit(card, origin, stage);
}

export function moveToPipeline(card, code) {
  forgetRefusals();
  post(card, settings().move, { "move-to_pipeline": code }, originOf(card));
}

export function remove(card) {
  post(card, settings().delete, {}, originOf(card));
}

function commit(card, origin, stage = stageOf(card)) {
  const above = cardAbove(card);
  if (stage === origin.stage && above === origin.above) return;
  if (stage !== origin.stage) {
    count(card, origin.stage, -1);
    count(card, stage, 1);
  }
  post(card, settings().move, {
    "move-stage": stage,
    "move-expected": origin.stage,
    "move-below": above ? idOf(above) : "",
    "move-was_below": origin.above ? idOf(origin.above) : "",
  }, { ...origin, counted: stage });
}

function count(card, stage, records) {
  const lane = laneByStage(stage);
  if (lane) shift(lane, records, records * Number(card.dataset.amount));
}

async function post(card, address, values, origin) {
  const id = idOf(card);
  pending.set(id, origin);
  card.setAttribute("aria-busy", "true");
  await send("POST", `${address.replace("/0/", `/${id}/`)}?${settings().query}`, values);
  card.removeAttribute("aria-busy");
  if (!isAsked(id)) giveBack(id);
}

const isAsked = (id) => document.querySelector(`#dialog-host dialog[open] [data-asks-for="${id}"]`);

function giveBack(id) {
  const origin = pending.get(id);
  const card = cardById(id);
  if (!origin || !card) return;
  pending.delete(id);
  if (origin.counted && origin.counted !== origin.stage) {
    count(card, origin.counted, -1);
    count(card, origin.stage, 1);
  }
  putBack(card, origin);
}

onAnswer((id) => pending.delete(id));

// The form for missing fields was closed without an answer.
document.getElementById("dialog-host").addEventListener("close", (event) => {
  const asked = event.target.querySelector?.("[data-asks-for]");
  if (asked) giveBack(Number(asked.dataset.asksFor));
}, true);

// A reason stays on its card until the next action.
export function forgetRefusals() {
  for (const card of document.querySelectorAll(".item-card.is-refused")) {
    card.classList.remove("is-refused");
    card.querySelector(".item-refusal")?.remove();
  }
}
