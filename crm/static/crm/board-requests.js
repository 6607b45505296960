// Requests whose answers are patches for the board (board-patch.js takes them).

// Sends and waits for the answer; false when none came, which requests.js has told.
// Each has an element of its own: htmx would drop all but the last of one element's requests
// that wait, and cannot answer to a card that another answer replaced meanwhile.
export async function send(verb, address, values = {}) {
  const messenger = document.createElement("span");
  messenger.hidden = true;
  document.body.append(messenger);
  try {
    await htmx.ajax(verb, address, { source: messenger, target: "#board-inbox", swap: "beforeend", values });
    return true;
  } catch {
    return false;
  } finally {
    messenger.remove();
  }
}
