// The list of runs: those that are shown change in their places; newer ones are announced, so that nothing jumps.

const PAUSE = 10000;
const list = document.querySelector("[data-runs]");
const isNewest = !new URLSearchParams(window.location.search).has("before");

async function look() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  let fresh = 0;
  for (const row of page.querySelectorAll("[data-runs] > li")) {
    const shown = document.getElementById(row.id);
    if (!shown) fresh += 1;
    else if (shown.innerHTML !== row.innerHTML) shown.innerHTML = row.innerHTML;
  }
  if (isNewest) announce(fresh);
}

function announce(count) {
  let box = document.querySelector(".fresh");
  if (count === 0) return;
  if (!box) {
    box = document.createElement("p");
    box.className = "fresh";
    box.setAttribute("role", "status");
    const link = document.createElement("a");
    link.className = "button";
    link.href = window.location.href;
    box.append(link);
    document.querySelector("main").append(box);
  }
  box.firstElementChild.textContent = count === 1 ? "Show 1 newer run" : `Show ${count} newer runs`;
}

if (list) {
  setInterval(() => { if (!document.hidden) look().catch(() => {}); }, PAUSE);
}
