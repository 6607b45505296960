// What this browser remembers between pages; forgetful where storage is switched off.
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse. The choice then holds for this page.
  }
}
