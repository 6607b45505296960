// The board by keyboard: arrows between cards; Space lifts, arrows choose lane and place.
import { announce } from "ui/announce";
import { bindKey } from "ui/shortcuts";
import { cardsIn, focusedCard, laneOf, lanes, placeOf, putBelow, say, stageOf, titleOf } from "board/dom";
import { openMenuFor } from "board/menu";
import { cancel, drop, isLifted, lift, liftedCard, reasonAgainst } from "board/moves";
import { extendTo, toggle } from "board/select";

let source = ""; // stage the lifted card came from

function start(card) {
  if (card.classList.contains("is-fixed")) return announce(say("notYours"));
  source = stageOf(card);
  lift(card);
  card.classList.add("is-held");
  const lane = laneOf(card);
  const all = lanes();
  announce(say("lifted", {
    title: titleOf(card), lane: all.indexOf(lane) + 1, lanes: all.length, stage: lane.dataset.name,
  }));
}

function finish(act) {
  const card = liftedCard();
  card.classList.remove("is-held");
  act();
  card.focus();
}

// The next lane in a direction that the lifted card may enter; the reason of barred ones is said.
function openLane(lane, step) {
  const all = lanes();
  let barred = "";
  for (let at = all.indexOf(lane) + step; all[at]; at += step) {
    const reason = reasonAgainst(source, all[at].dataset.stage);
    if (!reason) return { found: all[at], barred };
    barred ||= say("barred", { stage: all[at].dataset.name, reason });
  }
  return { found: null, barred };
}

function carry(card, key) {
  const lane = laneOf(card);
  const others = cardsIn(lane).filter((one) => one !== card);
  const at = placeOf(card).place - 1;
  let said = "";
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const { found, barred } = openLane(lane, key === "ArrowLeft" ? -1 : 1);
    if (!found) return announce(barred);
    said = barred;
    const place = Math.min(at, cardsIn(found).length);
    putBelow(found, card, cardsIn(found)[place - 1] ?? null);
  } else {
    const places = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: others.length };
    const place = Math.min(Math.max(places[key], 0), others.length);
    putBelow(lane, card, others[place - 1] ?? null);
  }
  for (const one of lanes()) one.classList.toggle("is-target", one === laneOf(card));
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  announce(`${said} ${say("over", { stage: laneOf(card).dataset.name, ...placeOf(card) })}`.trim());
}

function goTo(card, key) {
  const lane = laneOf(card);
  const all = cardsIn(lane);
  const at = all.indexOf(card);
  let goal = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) }[key];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const filled = lanes().filter((one) => one === lane || (!one.classList.contains("is-slim") && cardsIn(one).length));
    const next = filled[filled.indexOf(lane) + (key === "ArrowLeft" ? -1 : 1)];
    if (next) goal = cardsIn(next)[Math.min(at, cardsIn(next).length - 1)];
  }
  goal?.focus();
  goal?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

document.addEventListener("keydown", (event) => {
  const card = event.target.matches?.(".item-card") ? event.target : null;
  if (!card || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const holds = isLifted() && liftedCard() === card;
  if (ARROWS.has(event.key)) (holds ? carry : goTo)(card, event.key);
  else if (event.key === " ") holds ? finish(drop) : start(card);
  else if (event.key === "Escape" && holds) finish(cancel);
  else if (event.key === "Enter" && !holds) card.querySelector(".item-title").click();
  else return;
  event.preventDefault();
});

// Leaving a lifted card puts it back: nothing hangs in the air.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!target.classList?.contains("is-held") || !relatedTarget || target.contains(relatedTarget)) return;
  if (isLifted() && liftedCard() === target) {
    target.classList.remove("is-held");
    cancel();
  }
});

document.addEventListener("pointerdown", () => {
  if (liftedCard()?.classList.contains("is-held")) finish(cancel);
});

document.addEventListener("focusin", ({ target }) => {
  if (!target.matches?.(".item-card")) return;
  for (const card of cardsIn(laneOf(target))) card.tabIndex = card === target ? 0 : -1;
});

function onCard(act) {
  return () => {
    const card = focusedCard();
    if (card && !isLifted()) act(card);
  };
}

bindKey("m", onCard(openMenuFor));
bindKey("e", onCard((card) => card.querySelector(".item-title").click()));
bindKey("x", onCard(toggle));
bindKey("shift+x", onCard(extendTo));
