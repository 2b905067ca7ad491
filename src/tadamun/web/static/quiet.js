// Tells that something is new while one looks elsewhere: how much, before the page's title, and if the browser may, one
// sentence without content. Never who, where or what. Loaded only for whoever asked for it.
(() => {
  "use strict";
  const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const title = document.title;
  let known = null;
  let telling = null;

  async function count() {
    const answer = await fetch(said("fresh"), { cache: "no-store", headers: { "X-Live": "1" } });
    const text = answer.ok && !answer.redirected ? (await answer.text()).trim() : "";
    return /^\d{1,6}$/.test(text) ? Number(text) : null;
  }

  function tell() {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    // One name for all: a second one takes the place of the first, also from another tab.
    telling = new Notification(said("fresh-words"), { tag: "new", silent: true, lang: document.documentElement.lang });
    telling.onclick = () => { window.focus(); telling.close(); };
  }

  async function look() {
    const now = await count().catch(() => null);
    if (now === null) return;
    if (document.hidden) {
      document.title = now ? `(${now.toLocaleString(said("fresh-locale") || undefined)}) ${title}` : title;
      if (known !== null && now > known) tell();
    }
    known = now;
  }

  document.body.addEventListener("live:changed", look);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { document.title = title; telling?.close(); }
  });
  look();

  // On the settings page: the browser asks only after a click.
  const button = document.querySelector("[data-allow]");
  if (button && "Notification" in window && Notification.permission === "default") {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if ((await Notification.requestPermission()) !== "default") button.hidden = true;
    });
  }
})();
