// Shows and hides what is typed into passphrase fields, without leaving the page. Without it a link does the same.
(() => {
  "use strict";
  for (const link of document.querySelectorAll("[data-reveal]")) {
    const fields = [...link.closest("form").querySelectorAll("[data-veiled]")];
    let shown = fields.some((field) => field.type === "text");
    link.setAttribute("role", "button");
    const turn = (event) => {
      event.preventDefault();
      shown = !shown;
      for (const field of fields) field.type = shown ? "text" : "password";
      link.textContent = shown ? link.dataset.hide : link.dataset.show;
    };
    link.addEventListener("click", turn);
    link.addEventListener("keydown", (event) => { if (event.key === " ") turn(event); });
    // What was shown is hidden before it is sent, so that the browser does not keep it with other typed words.
    link.closest("form").addEventListener("submit", () => { for (const field of fields) field.type = "password"; });
  }
})();
