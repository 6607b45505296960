// Forms of rules: rows that are added and removed, fields that are put into texts.
document.addEventListener("click", ({ target }) => {
  const adder = target.closest?.("[data-adds-row]");
  if (adder) {
    const template = adder.closest("[data-rows]").querySelector("template");
    template.before(template.content.cloneNode(true));
    template.previousElementSibling.querySelector("input, select").focus();
  }
  const remover = target.closest?.("[data-removes-row]");
  if (remover) {
    const rows = remover.closest("[data-rows]");
    remover.closest("[data-row]").remove();
    rows.querySelector("[data-adds-row]").focus();
  }
});

// The chosen field goes where the caret is.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-inserts]") || !target.value) return;
  const text = document.getElementById(target.dataset.inserts);
  text.setRangeText(target.value, text.selectionStart, text.selectionEnd, "end");
  target.value = "";
  text.focus();
});
