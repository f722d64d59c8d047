// The drawing is looked at like a map: drag, wheel with Ctrl, pinch, keys. Without this it scrolls.

const graph = document.getElementById("graph");
const svg = graph.querySelector("svg[role=group]");
const whole = { x: 0, y: 0, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
let view = { ...whole };

function show() {
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

function full() {
  const box = svg.getBoundingClientRect();
  const middle = (size, room) => Math.min(0, (size - room) / 2);
  view = { x: middle(whole.width, box.width), y: middle(whole.height, box.height), width: box.width, height: box.height };
  show();
}

function fit() {
  view = { ...whole };
  // A small drawing is not blown up.
  if (scale() < 1) full(); else show();
}

function zoom(factor, x = 0.5, y = 0.5) {
  const width = Math.min(Math.max(view.width * factor, 200), whole.width * 3);
  const height = view.height * (width / view.width);
  view.x += (view.width - width) * x;
  view.y += (view.height - height) * y;
  view.width = width;
  view.height = height;
  show();
}

function move(x, y) {
  view.x += x * view.width;
  view.y += y * view.height;
  show();
}

function scale() {
  const box = svg.getBoundingClientRect();
  return Math.max(view.width / box.width, view.height / box.height);
}

svg.removeAttribute("width");
svg.removeAttribute("height");
graph.classList.add("zoomable");
graph.querySelector(".zoom").hidden = false;
// Letters that nobody can read help nobody: a large drawing begins at its full size.
if (scale() > 1.6) full(); else fit();

const pointers = new Map();
let moved = 0;
svg.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  moved = 0;
});
svg.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  const now = { x: event.clientX, y: event.clientY };
  if (others.length === 1) {
    const distance = (place) => Math.hypot(place.x - others[0].x, place.y - others[0].y);
    zoom(distance(before) / Math.max(distance(now), 1));
  } else {
    view.x -= (now.x - before.x) * scale();
    view.y -= (now.y - before.y) * scale();
    show();
  }
  moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
  if (moved > 4 && !svg.hasPointerCapture(event.pointerId)) {
    svg.setPointerCapture(event.pointerId);
    graph.classList.add("dragging");
  }
  pointers.set(event.pointerId, now);
});
for (const kind of ["pointerup", "pointercancel"]) {
  svg.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    graph.classList.remove("dragging");
  });
}
svg.addEventListener("click", (event) => { if (moved > 4) event.preventDefault(); }, true);
svg.addEventListener("dragstart", (event) => event.preventDefault());
svg.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}, { passive: false });

const DEEDS = { in: () => zoom(1 / 1.3), out: () => zoom(1.3), fit, full };
graph.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) DEEDS[button.dataset.zoom]();
});
const KEYS = {
  "+": DEEDS.in, "=": DEEDS.in, "-": DEEDS.out, 0: fit,
  ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1),
};
graph.addEventListener("keydown", (event) => {
  if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  KEYS[event.key]();
});
// A unit that is reached with the Tab key is brought into sight.
svg.addEventListener("focusin", (event) => {
  const link = event.target.closest("a");
  if (!link || pointers.size) return;
  const box = link.getBBox();
  if (box.x < view.x || box.y < view.y || box.x + box.width > view.x + view.width || box.y + box.height > view.y + view.height) {
    view.x = box.x + box.width / 2 - view.width / 2;
    view.y = box.y + box.height / 2 - view.height / 2;
    show();
  }
});
