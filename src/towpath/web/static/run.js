// A run that goes on: rows, gates and what is waited for change in their places.

import { follow, gathered, parts, put } from "./follow.js";

const live = document.getElementById("live");
const address = `/runs/${encodeURIComponent(live.dataset.run)}`;
const MOST_UNITS = 50;
const changed = new Set();
let isWhole = false;
let stream = null;

const look = gathered(async () => {
  const units = [...changed];
  const all = isWhole || units.length > MOST_UNITS;
  changed.clear();
  isWhole = false;
  const query = all
    ? [...document.querySelectorAll("[data-unit]")].map((row) => row.dataset.unit).filter((unit) => unit !== "")
    : units;
  try {
    // An address has its limits: many units are asked for a part at a time.
    for (let start = 0; start === 0 || start < query.length; start += MOST_UNITS) {
      const some = query.slice(start, start + MOST_UNITS);
      const found = await parts(`${address}/parts?${new URLSearchParams(some.map((unit) => ["unit", unit]))}`);
      document.title = found.title;
      if (!put(found.parts)) window.location.reload();
      if (found.ended && stream) stream.end();
    }
  } catch {
    isWhole = true;
    setTimeout(look, 3000);
  }
}, 250);

function everything() {
  isWhole = true;
  look();
}

if (live.dataset.ended !== "yes") {
  stream = follow(`${address}/events`, live.dataset.event, {
    happened(event) {
      if (event.unit !== null) changed.add(event.unit);
      look();
    },
    afresh: everything,
  }, everything);
}
