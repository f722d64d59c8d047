// What every page does: questions in dialogs, times that pass, menus that close. All of it works without this as well.

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-labelledby", "dialog-title");
let opener = null;

async function ask(link) {
  const answer = await fetch(link.href, { headers: { "X-Fragment": "yes", Accept: "text/html" } });
  if (!answer.ok) {
    window.location.assign(link.href);
    return;
  }
  dialog.innerHTML = await answer.text();
  if (!dialog.isConnected) document.body.append(dialog);
  opener = link;
  dialog.showModal();
  (dialog.querySelector("textarea") || dialog.querySelector("button")).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    ask(link).catch(() => window.location.assign(link.href));
    return;
  }
  if (dialog.open && (event.target === dialog || event.target.closest("[data-close]"))) {
    event.preventDefault();
    dialog.close();
  }
  for (const menu of document.querySelectorAll("details.who[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

dialog.addEventListener("close", () => {
  if (opener && opener.isConnected) opener.focus();
});

document.addEventListener("submit", (event) => {
  // A second click must not send a second time.
  if (event.target.method !== "post") return;
  const buttons = event.target.querySelectorAll("button[type=submit]");
  setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.who[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

// Back in a page that the browser kept: what it shows may be old, and its buttons were switched off.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

function ago(seconds) {
  if (seconds < MINUTE) return "just now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return null;
}

function passTime() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago((now - Date.parse(time.dateTime)) / 1000);
    if (text && text !== time.textContent) time.textContent = text;
  }
}

setInterval(() => { if (!document.hidden) passTime(); }, 30000);
