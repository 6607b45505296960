// What a person is told when a request of htmx fails, and what is marked while one runs.
import { toast } from "ui/toasts";

const words = document.getElementById("toasts").dataset;

// An answer that is a whole page (an error page) never goes into a part of this one:
// its heading and its sentence become a toast.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status >= 500 || !/^\s*<!doctype/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  toast({
    level: "error",
    title: page.querySelector("h1")?.textContent.trim() || words.serverError,
    text: page.querySelector(".lead")?.textContent.trim() ?? "",
  });
});

document.body.addEventListener("htmx:responseError", ({ detail }) => {
  // A refusal brings its own words.
  if (/"toast"/.test(detail.xhr.getResponseHeader("HX-Trigger") ?? "")) return;
  toast({ level: "error", title: words.serverError, text: words.serverAdvice });
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, () => {
    toast({ level: "error", title: words.networkError, text: words.networkAdvice });
  });
}

// The old content stays and dims; a button at work cannot be pressed twice.
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== document.body) detail.target?.setAttribute("aria-busy", "true");
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  // An answer may have chosen another target than the one that was marked.
  for (const target of [detail.target, detail.requestConfig.target]) target?.removeAttribute("aria-busy");
});
// The element that asked may have been replaced meanwhile: its afterRequest reaches nobody.
document.body.addEventListener("htmx:afterSwap", ({ target }) => target.removeAttribute("aria-busy"));
