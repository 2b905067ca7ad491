// Live parts: what changed is told by server-sent events, and the parts of the page that show it fetch themselves anew.
// A part says what it listens to by htmx: hx-trigger="live:changed from:body". Of all open pages one is connected and
// tells the others, since a browser grants one host six connections. Nothing readable stays on a page when the house is
// locked. Without this script every page works; it only stands still.
(() => {
  "use strict";
  // htmx notes each page's address, what was searched for with it, where the browser keeps it for after a crash.
  try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* none is kept at all */ }

  const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const address = said("live");
  if (!address) return;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("tadamun" + location.pathname.split("/")[1]) : null;
  let run = "";
  let last = { data: "", at: 0 };

  // Asked for anew and not reloaded: a reload of what a form led to would ask whether to send it again.
  const again = () => location.replace(location.pathname + location.search);
  // A form that is under way, the one that opens the house above all, leads on by itself: asking anew would cut it off.
  let leaving = false;
  addEventListener("submit", (event) => { leaving = !event.defaultPrevented; });
  const happen = (name, data) => document.body.dispatchEvent(new CustomEvent("live:" + name, { detail: data }));

  function hear({ name, data }) {
    if (name === "state") {
      document.body.hidden = true;
      if (!leaving) again();
    } else if (name === "open") {
      document.documentElement.removeAttribute("data-lost");
      if (run && run !== data) happen("changed", "");
      run = data;
    } else if (name === "lost") {
      document.documentElement.setAttribute("data-lost", "");
      document.body.dispatchEvent(new CustomEvent("live:lost"));
    } else {
      happen(name, data);
    }
  }

  function tell(name, data) {
    if (name === "changed") last = { data, at: Date.now() };
    channel?.postMessage({ name, data });
    hear({ name, data });
  }

  function connect() {
    return new Promise(() => {
      const stream = new EventSource(address);
      for (const name of ["open", "changed", "state"]) {
        stream.addEventListener(name, (event) => { if (event.data !== undefined) tell(name, event.data); });
      }
      stream.addEventListener("error", () => {
        tell("lost", "");
        if (stream.readyState === EventSource.CLOSED) setTimeout(again, 3000);
      });
    });
  }

  // A page that has just opened may have missed what the others were told while it came: whoever is connected says it again.
  channel?.addEventListener("message", ({ data: told }) => {
    if (told.name !== "hello") hear(told);
    else if (Date.now() - last.at < 10000) channel.postMessage({ name: "changed", data: last.data });
  });
  channel?.postMessage({ name: "hello" });
  if (channel && navigator.locks) navigator.locks.request("tadamun-live" + location.pathname.split("/")[1], connect);
  else connect();

  // What a part fetches by itself is no sign of somebody being there.
  document.addEventListener("htmx:configRequest", (event) => {
    const cause = event.detail.triggeringEvent;
    if (!cause || cause.type.startsWith("live:")) event.detail.headers["X-Live"] = "1";
    event.detail.headers["X-Form-Token"] = said("standing-token");
  });

  // A part that comes anew is open where the old one was, and who stood in it by keyboard stands there again. What comes
  // as it was already is not put in: what a screen reader says at once would be said again and again. Home has all there is
  // to see to in a list of its own, so the place for what presses stays empty there.
  const stops = (part) => [...part.querySelectorAll("a, button, summary, input, select")];
  const same = (one, other) => one.tagName === other.tagName && (one.href ?? one.textContent) === (other.href ?? other.textContent);
  const before = new Map();
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const folds = [...target.querySelectorAll("details")].map((one) => one.open);
    before.set(target.id, { folds, stop: stops(target).find((one) => one === document.activeElement) });
  });
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    const part = document.getElementById(target.id), was = before.get(target.id);
    before.delete(target.id);
    if (!part || !was) return;
    part.querySelectorAll("details").forEach((one, at) => { if (was.folds[at]) one.open = true; });
    if (was.stop && !was.stop.isConnected) stops(part).find((one) => same(one, was.stop))?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if ("still" in target.dataset || target.innerHTML === fragment.firstElementChild?.innerHTML) event.detail.shouldSwap = false;
  });

  // Typing and reading are: told at most once a minute.
  let told = Date.now();
  const here = () => {
    if (!said("awake") || Date.now() - told < 60000) return;
    told = Date.now();
    fetch(said("awake"), { cache: "no-store" }).catch(() => {});
  };
  for (const sign of ["keydown", "pointerdown", "wheel", "touchmove"]) addEventListener(sign, here, { passive: true });

  // A page that the browser kept whole may show what is locked by now.
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });
})();
