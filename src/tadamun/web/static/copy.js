// A button that copies what stands before it. Without this script it is not there, and one touch marks the whole.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = button.closest(".field").querySelector(".copy");
    const said = button.parentElement.querySelector("[role=status]");
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        said.textContent = said.dataset.done;
      } catch {
        getSelection().selectAllChildren(text);
      }
    });
  }
})();
