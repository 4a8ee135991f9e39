/* Light, dark or as the system says: set before the first paint, remembered for the person where
   somebody is signed in and for this browser everywhere.
   Runs in the head, before anything is drawn, so that no page flashes in the wrong colours. */
(() => {
  const key = "storeroom.theme";
  const root = document.documentElement;

  function remembered() {
    if (root.dataset.themeUrl) return root.dataset.theme; // the person's own, wherever they sit
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage refused: the system decides
    }
  }

  function keep(theme) {
    try {
      localStorage.setItem(key, theme);
    } catch {
      // storage refused: the choice holds for this page
    }
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!root.dataset.themeUrl || !token) return;
    const body = new URLSearchParams({ theme, csrfmiddlewaretoken: token });
    fetch(root.dataset.themeUrl, { method: "POST", body }).catch(() => {}); // kept here all the same
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
    keep(button.dataset.setTheme);
  });
})();
