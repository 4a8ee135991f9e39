/* Small choices of this reader, kept in this browser; each one is on until it is turned off. */
const name = (choice) => `storeroom.${choice}`;

export function isOn(choice) {
  try {
    return localStorage.getItem(name(choice)) !== "off";
  } catch {
    return true;
  }
}

function keep(choice, on) {
  try {
    localStorage.setItem(name(choice), on ? "on" : "off");
  } catch {
    // storage refused: the choice holds for this page only
  }
}

function show() {
  for (const box of document.querySelectorAll("[data-setting]")) {
    box.checked = isOn(box.dataset.setting);
  }
}

show();
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-setting]")) keep(target.dataset.setting, target.checked);
});
