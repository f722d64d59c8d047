// One unit's part of a run: its plan and attempts change in their places, its log grows.

import { follow, gathered, parts, put } from "./follow.js";

const live = document.getElementById("live");
const log = document.getElementById("log-lines");
const isFollowing = document.getElementById("follow");
const MOST_LINES = 5000;

const look = gathered(async () => {
  try {
    const found = await parts(live.dataset.parts);
    document.title = found.title;
    put(found.parts);
    if (found.ended) setTimeout(() => stream.end(), 2000);
  } catch {
    setTimeout(look, 3000);
  }
}, 250);

let waiting = [];
let isDrawing = false;

function draw() {
  isDrawing = false;
  const html = waiting.join("");
  waiting = [];
  log.insertAdjacentHTML("beforeend", html);
  document.getElementById("log-empty")?.remove();
  while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
  if (isFollowing.checked) log.scrollTop = log.scrollHeight;
}

log.scrollTop = log.scrollHeight;
let stream = null;
if (live.dataset.ended !== "yes") {
  isFollowing.closest("label").hidden = false;
  isFollowing.addEventListener("change", () => { if (isFollowing.checked) log.scrollTop = log.scrollHeight; });
  log.addEventListener("wheel", (event) => { if (event.deltaY < 0) isFollowing.checked = false; }, { passive: true });
  stream = follow(live.dataset.stream, `${live.dataset.event}.${live.dataset.log}`, {
    happened: look,
    lines(html) {
      waiting.push(html);
      if (!isDrawing) {
        isDrawing = true;
        requestAnimationFrame(draw);
      }
    },
    afresh() { window.location.reload(); },
  }, look);
}
