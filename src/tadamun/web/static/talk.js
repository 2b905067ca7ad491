// Talk's pages while one reads and writes: new posts take their places without moving what one reads or touching what one
// types; drafts are kept on the node; pictures can be let fall or pasted; what was seen counts as read. Every page works
// without this script. Parts are found by their attributes: data-live, data-mark, data-draft, data-attach, data-more.
(() => {
  "use strict";
  const token = document.querySelector('meta[name="standing-token"]')?.content ?? "";
  const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const send = (address, data, more = {}, headers = {}) =>
    fetch(address, { method: "POST", body: data, cache: "no-store", ...more, headers: { "X-Form-Token": token, ...headers } });
  const BY_ITSELF = { "X-Live": "1" };

  // New posts ------------------------------------------------------------------------------------------------------

  const list = document.querySelector("#posts[data-live]");
  const busy = (node) => node.contains(document.activeElement) || node.querySelector(".post-more") !== null;
  const over = (node) => [...node.querySelectorAll(".chip.joy time")].some((time) => Date.parse(time.dateTime) <= Date.now());

  // A post as it is compared: without what changes by itself, and without marks that stay until the page is left.
  function plain(node) {
    const copy = node.cloneNode(true);
    copy.classList.remove("new");
    copy.removeAttribute("data-seen");
    for (const one of copy.querySelectorAll("time, .chip.joy")) one.remove();
    for (const one of copy.querySelectorAll("details")) one.removeAttribute("open");
    return copy.outerHTML;
  }

  function renewed(node, next) {
    const made = document.importNode(next, true);
    const folds = made.querySelectorAll("details");
    node.querySelectorAll("details").forEach((fold, at) => { if (folds[at]) folds[at].open = fold.open; });
    node.replaceWith(made);
    return made;
  }

  // Gives the posts that were not there before.
  function put(fresh) {
    const old = new Map([...list.children].map((node) => [node.id, node]));
    const wanted = new Set([...fresh.children].map((node) => node.id));
    const known = (node) => wanted.has(node.id) && node.id !== "new";
    const first = [...list.children].findIndex(known), last = [...list.children].findLastIndex(known);
    // What fell off an end because so much came stays until the page is left, unless its time is over.
    const within = (at) => first < 0 || (first < at && at < last);
    const gone = [...list.children].filter((node, at) => !wanted.has(node.id) && node.id !== "new" && (within(at) || over(node) || node.id === "none"));
    let at = list.children[first] ?? null;
    for (const node of gone) node.remove();
    const added = [];
    for (const next of fresh.children) {
      let node = old.get(next.id);
      if (!node) {
        node = document.importNode(next, true);
        if (next.id !== "new" && next.id !== "none") added.push(node);
      } else if (!busy(node) && plain(node) !== plain(next)) {
        const made = renewed(node, next);
        if (at === node) at = made;
        node = made;
      } else {
        const times = next.querySelectorAll("time");
        node.querySelectorAll("time").forEach((time, n) => { if (times[n]) time.textContent = times[n].textContent; });
      }
      while (at && at.id === "new" && node !== at) at = at.nextElementSibling;
      if (node === at) at = at.nextElementSibling;
      else if (!node.isConnected || !busy(node)) list.insertBefore(node, at);
    }
    return added;
  }

  function tell(added) {
    const link = document.getElementById("arrived");
    if (!added.length || !link) return;
    const words = JSON.parse(link.dataset.words);
    const said = words[Math.min(added.length, words.length) - 1];
    document.getElementById("arrived-said").textContent = said;
    const box = added[0].getBoundingClientRect();
    if (box.top >= 0 && box.bottom <= innerHeight) return;
    link.textContent = said;
    link.href = "#" + added[0].id;
    link.hidden = false;
    new IntersectionObserver((seen, watch) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      link.hidden = true;
      watch.disconnect();
    }).observe(added[0]);
  }

  let fetching = false, again = false;
  async function refresh() {
    again = true;
    if (fetching) return;
    fetching = true;
    try {
      while (again) {
        again = false;
        const answer = await fetch(location.pathname + location.search, { headers: BY_ITSELF, cache: "no-store" });
        if (!answer.ok || new URL(answer.url).pathname !== location.pathname) continue;
        const page = await parsed(answer);
        const fresh = page.querySelector("#posts");
        if (!fresh) {
          // One does not belong here any more: what may still be shown is another page.
          await Promise.all(composers.map((one) => one.save()));
          location.replace(location.pathname + location.search);
          return;
        }
        const still = [...list.children].find((node) => node.getBoundingClientRect().bottom > 64);
        const top = still?.getBoundingClientRect().top;
        const added = put(fresh);
        const there = still && document.getElementById(still.id);  // another element may stand for it by now
        if (there && scrollY > 8) scrollBy({ top: there.getBoundingClientRect().top - top, behavior: "instant" });
        const tabs = page.querySelector(".tabs ul"), shown = document.querySelector(".tabs ul");
        if (tabs && shown && !shown.contains(document.activeElement)) shown.replaceWith(document.importNode(tabs, true));
        tell(added);
        watch();
      }
    } catch {
      // The connection is lost; live.js says so, and what was missed comes with the next change.
    } finally {
      fetching = false;
    }
  }
  if (list) {
    document.body.addEventListener("live:changed", (event) => { if (!event.detail || event.detail === list.dataset.live) refresh(); });
    setInterval(() => { if ([...list.children].some(over)) refresh(); }, 20000);
  }

  // Marks ----------------------------------------------------------------------------------------------------------

  const unseen = new Set();
  const eye = new IntersectionObserver((seen) => {
    for (const one of seen) one.isIntersecting ? unseen.add(one.target) : unseen.delete(one.target);
  });
  function watch() {
    if (list?.dataset.mark) for (const post of list.querySelectorAll(".post.new:not([data-seen])")) eye.observe(post);
  }
  watch();
  if (list?.dataset.mark) {
    setInterval(() => {
      if (!unseen.size || document.visibilityState !== "visible") return;
      const data = new FormData();
      for (const post of unseen) {
        data.append("post", post.id.slice(2));
        post.dataset.seen = "";
        eye.unobserve(post);
      }
      unseen.clear();
      send(list.dataset.mark, data, { redirect: "manual" }, BY_ITSELF)
        .then(() => document.body.dispatchEvent(new CustomEvent("live:read")), () => {});
    }, 1500);
  }

  // More about a post ----------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const post = link.closest(".post");
      const made = (await parsed(await fetch(link.href, { cache: "no-store" }))).getElementById(post.id);
      const shown = renewed(post, made);
      shown.querySelector(".post-more button, .post-more a").focus();
    } catch {
      location.assign(link.href);
    }
  });

  // Writing --------------------------------------------------------------------------------------------------------

  class Composer {
    constructor(form) {
      this.form = form;
      this.state = form.querySelector(".draft-state");
      this.changed = this.sent = false;
      this.saving = Promise.resolve(true);
      form.addEventListener("input", () => this.change());
      form.addEventListener("submit", (event) => this.submit(event));
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        // A line that is ended is no post that is sent: a warning may be written before the text.
        if (event.target.matches("input:not([type=checkbox])")) event.preventDefault();
        if (event.target.matches("textarea") && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      });
      if (form.dataset.attach) this.takePictures();
    }

    change() {
      this.changed = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), 400);
    }

    // One after the other, so that what was typed last is what is kept. Gives whether all of it is.
    save(leaving = false) {
      clearTimeout(this.timer);
      if (!this.changed || this.sent) return this.saving;
      this.changed = false;
      const data = new FormData(this.form);
      for (const name of ["form_token", "picture"]) data.delete(name);
      const before = leaving ? Promise.resolve() : this.saving;
      this.saving = before.then(() => send(this.form.dataset.draft, data, { keepalive: leaving && this.form.elements.text.value.length < 20000 }))
        .then((answer) => answer.ok, () => false)
        .then((kept) => {
          if (!kept) this.changed = true;
          this.state.textContent = kept ? this.form.dataset.kept : this.form.dataset.notKept;
          return kept;
        });
      return this.saving;
    }

    // First kept, then sent: if the node is gone meanwhile, the page with the text stays.
    async submit(event) {
      if (this.sent) {
        if (!this.passing) event.preventDefault();
        return;
      }
      event.preventDefault();
      const by = event.submitter;
      await this.attaching;
      const here = (await this.save()) || (await fetch(this.form.dataset.draft, { method: "HEAD" }).then(() => true, () => false));
      if (!here || this.sent) return;
      this.sent = this.passing = true;
      this.form.requestSubmit(by);
      this.passing = false;
    }

    takePictures() {
      const form = this.form, input = form.elements.picture;
      form.addEventListener("paste", (event) => {
        const files = [...event.clipboardData.files];
        if (files.length) { event.preventDefault(); this.attach(files); }
      });
      form.addEventListener("dragover", (event) => {
        if ([...event.dataTransfer.types].includes("Files")) { event.preventDefault(); form.classList.add("over"); }
      });
      form.addEventListener("dragleave", () => form.classList.remove("over"));
      form.addEventListener("drop", (event) => {
        form.classList.remove("over");
        const files = [...event.dataTransfer.files];
        if (files.length) { event.preventDefault(); this.attach(files); }
      });
      if (!input) return;
      input.multiple = true;
      input.addEventListener("change", async () => {
        await this.attach([...input.files]);
        input.value = "";
      });
    }

    attach(files) {
      this.attaching = (this.attaching ?? Promise.resolve()).then(() => this.attachAll(files));
      return this.attaching;
    }

    async attachAll(files) {
      for (const file of files) {
        if (file.size > 15000000) { this.state.textContent = this.form.dataset.tooLarge; continue; }
        const data = new FormData();
        data.append("picture", file);
        try {
          const answer = await send(this.form.dataset.attach, data);
          const page = await parsed(answer);
          const item = page.querySelector("li");
          if (!answer.ok || !item) {
            this.state.textContent = page.querySelector('[role="alert"]')?.textContent.trim() ?? this.form.dataset.notKept;
            continue;
          }
          const place = this.form.querySelector(".attached");
          this.form.querySelector("details.fold").open = true;
          place.append(document.importNode(item, true));
          place.lastElementChild.querySelector("input:not([type=checkbox])").focus();
          this.change();
        } catch {
          this.state.textContent = this.form.dataset.notKept;
        }
      }
    }
  }

  const composers = [...document.querySelectorAll("form[data-draft]")].map((form) => new Composer(form));
  const leave = () => { for (const one of composers) one.save(true); };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
})();
