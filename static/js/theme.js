/* Light, dark or as the system says: set before the first paint, remembered for this browser.
   Runs in the head, before anything is drawn, so that no page flashes in the wrong colours. */
(() => {
  const key = "storeroom.theme";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage refused: the system decides
    }
  }

  function show(theme) {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    }
  }

  show(remembered() ?? root.dataset.theme ?? "system");
  document.addEventListener("DOMContentLoaded", () => show(root.dataset.theme));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-set-theme]");
    if (!button) return;
    show(button.dataset.setTheme);
    try {
      localStorage.setItem(key, button.dataset.setTheme);
    } catch {
      // storage refused: the choice holds for this page
    }
  });
})();
