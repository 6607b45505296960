// Runs before the first style sheet, so that neither the theme nor the rail flashes.
// A signed-in person's theme comes with the page; a visitor's from this browser.
(() => {
  const root = document.documentElement;
  const remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is switched off: live without a memory
    }
  };
  const choice = root.dataset.themeChoice || remembered("theme") || "system";
  const dark = choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = dark ? "dark" : "light";
  if (remembered("rail") === "slim") root.dataset.rail = "slim";
})();
