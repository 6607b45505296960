// The role matrix: rows that open, cells that wait in the bar until they are saved.

const form = document.getElementById("matrix");
const styles = { none: "none", own: "own", department: "dept", subtree: "sub", opened: "sub", all: "all" };
const looks = [...new Set(Object.values(styles)), "mixed"];
const inherited = "inherit";

const cells = form ? [...form.querySelectorAll("select")] : [];
const keyOf = (cell) => cell.name.replace(/:[^:]*$/, "").replace(":", "-");
const actionOf = (cell) => cell.name.slice(cell.name.lastIndexOf(":") + 1);
const byPlace = new Map(cells.map((cell) => [`${keyOf(cell)}:${actionOf(cell)}`, cell]));
const rows = form ? [...form.querySelectorAll("tbody tr")] : [];
const parents = new Map(rows.map((row) => [row.id, row.dataset.parent]));
const parentOf = (key) => parents.get(key);
const rowsBelow = new Map(rows.map((row) => [row.id, []]));
for (const row of rows) {
  for (let at = parentOf(row.id); at; at = parentOf(at)) rowsBelow.get(at).push(row.id);
}

const isChanged = (cell) => !cell.selectedOptions[0].defaultSelected;
const changed = () => cells.filter(isChanged);

// What a cell comes to: its own word, or the next one above that has one. As on the server,
// "move into" without any word means what "change" means.
function reach(key, action) {
  for (let at = key; at; at = parentOf(at)) {
    const value = byPlace.get(`${at}:${action}`)?.value;
    if (value && value !== inherited) return value;
  }
  return action === "move" ? reach(key, "change") : "none";
}

function paint(cell) {
  const [key, action] = [keyOf(cell), actionOf(cell)];
  const value = reach(key, action);
  const differs = rowsBelow.get(key).some(
    (other) => byPlace.has(`${other}:${action}`) && reach(other, action) !== value,
  );
  const isInherited = cell.value === inherited;
  const word = [...cell.options].find((option) => option.value === value).text;
  const shown = differs ? form.dataset.differs : isInherited ? word : "";
  cell.classList.remove(...looks);
  cell.classList.add(differs ? "mixed" : styles[value]);
  cell.classList.toggle("is-inherited", isInherited && !differs);
  cell.classList.toggle("is-changed", isChanged(cell));
  cell.parentElement.dataset.shown = shown;
  cell.setAttribute("aria-description", shown);
}

// The cells of the same type: those above and below may say something else now.
function paintAround(cell) {
  let top = keyOf(cell);
  while (parentOf(top)) top = parentOf(top);
  const around = new Set([top, ...rowsBelow.get(top)]);
  cells.filter((other) => around.has(keyOf(other))).forEach(paint);
}

function preview() {
  const values = Object.fromEntries(changed().map((cell) => [cell.name, cell.value]));
  window.htmx.ajax("POST", form.dataset.preview, { target: "#access-bar", values });
}

function toggle(button) {
  const opens = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(opens));
  for (const row of form.querySelectorAll(`tr[data-parent="${button.dataset.unfolds}"]`)) {
    row.hidden = !opens;
    const inner = row.querySelector("button[aria-expanded='true']");
    if (!opens && inner) toggle(inner);
  }
}

if (form) {
  form.addEventListener("change", (event) => {
    paintAround(event.target);
    preview();
  });
  form.addEventListener("reset", () => setTimeout(() => {
    cells.forEach(paint);
    preview();
  }));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unfolds]");
    if (button) toggle(button);
  });
  form.addEventListener("formdata", (event) => {
    // Only what changed is sent: a colleague's other changes stay.
    const names = new Set(changed().map((cell) => cell.name));
    for (const name of [...event.formData.keys()]) {
      if (name.includes(":") && !names.has(name)) event.formData.delete(name);
    }
  });
  let isSaving = false;
  form.addEventListener("submit", () => { isSaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (changed().length && !isSaving) event.preventDefault();
  });
}
