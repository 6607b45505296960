// A text line that offers records: [data-combo]. The title is shown, "#id title" is sent, so that
// two records of one name are told apart. What is typed and not chosen is sent as it is.
const COMBO = "[data-combo]";
const listOf = (input) => input.closest(COMBO).querySelector('[role="listbox"]');
const offersOf = (input) => [...listOf(input).querySelectorAll('[role="option"]')];

function show(input, isOpen) {
  listOf(input).hidden = !isOpen;
  input.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) point(input, null);
}

function point(input, offer) {
  for (const one of offersOf(input)) {
    one.classList.toggle("is-on", one === offer);
    one.setAttribute("aria-selected", String(one === offer));
  }
  if (!offer) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", offer.id);
  offer.scrollIntoView({ block: "nearest" });
}

function choose(input, offer) {
  input.value = offer.dataset.title;
  input.dataset.title = offer.dataset.title;
  input.dataset.chosen = offer.dataset.chosen;
  show(input, false);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const inputOf = (event) => event.target.matches?.(`${COMBO} input`) && event.target;

document.addEventListener("focusout", (event) => {
  const input = inputOf(event);
  if (input) show(input, false);
});

// The press comes before the focus leaves.
document.addEventListener("mousedown", (event) => {
  const offer = event.target.closest?.(`${COMBO} [role="option"]`);
  if (!offer) return;
  event.preventDefault();
  choose(offer.closest(COMBO).querySelector("input"), offer);
});

document.addEventListener("click", (event) => {
  const input = inputOf(event);
  if (input && listOf(input).hidden) htmx.trigger(input, "offers");
});

// Caught on the way down: Enter and Esc mean the list while it is open, not the form.
document.addEventListener("keydown", (event) => {
  const input = inputOf(event);
  if (!input) return;
  const isOpen = !listOf(input).hidden;
  const offers = offersOf(input);
  const at = offers.findIndex((one) => one.classList.contains("is-on"));
  if (event.key === "ArrowDown" && !isOpen) htmx.trigger(input, "offers");
  else if (event.key === "ArrowDown" && offers.length) point(input, offers[(at + 1) % offers.length]);
  else if (event.key === "ArrowUp" && isOpen && offers.length) point(input, offers.at(Math.max(at, 0) - 1));
  else if (event.key === "Enter" && isOpen && at >= 0) choose(input, offers[at]);
  else if (event.key === "Escape" && isOpen) show(input, false);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// Opened on what is chosen already, it offers what there is, not the chosen one alone.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const { elt, parameters } = detail;
  if (!elt.matches?.(`${COMBO} input`) || !elt.dataset.chosen) return;
  if (elt.value === elt.dataset.title) parameters[elt.name] = "";
});

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  const input = detail.target.closest?.(COMBO)?.querySelector("input");
  if (input && detail.target.matches('[role="listbox"]')) show(input, document.activeElement === input);
});

// For forms that the browser sends, and for htmx, which makes its FormData of the same form.
document.addEventListener("formdata", (event) => {
  for (const input of event.target.querySelectorAll(`${COMBO} input`)) {
    const { chosen, title } = input.dataset;
    if (chosen && input.value === title) event.formData.set(input.name, chosen);
  }
});
