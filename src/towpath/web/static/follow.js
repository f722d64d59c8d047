// Follows a stream of events, and says so when the connection is lost.
//
// The browser comes back by itself after most interruptions, and names the last event it had. It gives up when the
// server answers with an error (it is being restarted behind a proxy, say): then a new stream begins where the old one
// ended. A connection that looks alive and says nothing for longer than the server's beat is taken for dead.

const SILENCE = 40000;
const LONGEST_PAUSE = 30000;

const notice = document.createElement("p");
notice.className = "connection";
notice.setAttribute("role", "status");
notice.hidden = true;
document.body.append(notice);

function say(text) {
  notice.textContent = text;
  notice.hidden = text === "";
}

// `heard` maps kinds of events to functions of their data; `back` is called when a lost connection stands again.
export function follow(address, after, heard, back) {
  let last = after;
  let pause = 1000;
  let source = null;
  let watch = 0;
  let wasLost = false;
  let isOver = false;

  function listen() {
    clearTimeout(watch);
    watch = setTimeout(lost, SILENCE, true);
  }

  function lost(isSilent) {
    if (isOver) return;
    wasLost = true;
    say("The connection is lost. What you see may be out of date; trying again …");
    if (isSilent || source.readyState === EventSource.CLOSED) {
      source.close();
      clearTimeout(watch);
      setTimeout(open, pause + Math.random() * pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  function open() {
    if (isOver) return;
    source = new EventSource(`${address}?after=${encodeURIComponent(last)}`);
    source.addEventListener("error", () => lost(false));
    for (const kind of ["here", "beat", "happened", "lines", "afresh"]) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId;
        listen();
        if (kind === "here") {
          pause = 1000;
          say("");
          if (wasLost && back) back();
          wasLost = false;
        }
        if (heard[kind]) heard[kind](JSON.parse(event.data));
      });
    }
    listen();
  }

  open();
  window.addEventListener("pagehide", () => { isOver = true; source.close(); });
  return { end() { isOver = true; clearTimeout(watch); source.close(); say(""); } };
}

// Puts HTML into the elements that it is the content of, where it differs. True when every element was there.
export function put(parts) {
  let isWhole = true;
  for (const [id, html] of Object.entries(parts)) {
    const element = document.getElementById(id);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (!element) {
      isWhole = false;
    } else if (element.innerHTML !== fresh.innerHTML) {
      keepingFocus(element, () => { element.replaceChildren(fresh.content); });
      if (element.classList.contains("unit")) flash(element);
    }
  }
  return isWhole;
}

function keepingFocus(element, change) {
  const active = document.activeElement;
  const address = active && element.contains(active) ? active.getAttribute("href") : null;
  const opened = [...element.querySelectorAll("details")].map((one) => one.open);
  change();
  const now = [...element.querySelectorAll("details")];
  if (now.length === opened.length) now.forEach((one, index) => { one.open = opened[index]; });
  if (address !== null) {
    const same = [...element.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === address);
    if (same) same.focus({ preventScroll: true });
  }
}

function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth;
  element.classList.add("changed");
}

// Calls `work` a little later, once for however often it was asked for meanwhile, and never twice at a time.
export function gathered(work, pause) {
  let timer = 0;
  let isBusy = false;
  let isAsked = false;
  async function run() {
    timer = 0;
    isBusy = true;
    isAsked = false;
    try {
      await work();
    } finally {
      isBusy = false;
      if (isAsked) start();
    }
  }
  function start() {
    if (isBusy) isAsked = true;
    else if (!timer) timer = setTimeout(run, pause * (0.75 + Math.random() * 0.5));
  }
  return start;
}

export async function parts(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 404) window.location.reload();
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}
