// The page's one polite live region.
const region = document.getElementById("live-region");
let waiting = 0;

// Says `text` to screen readers. Emptied first, so that the same words are said again.
export function announce(text) {
  region.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    region.textContent = text;
  }, 50);
}
