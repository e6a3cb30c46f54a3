// Forms: one submit per click, filters that apply themselves, "select all", copy buttons.
"use strict";

// A second click sends nothing. Forms that may be sent again (downloads) carry data-repeatable.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, [type=checkbox], [type=radio]")) form.requestSubmit();
});

function rowBoxes(form) {
  return [...form.querySelectorAll(".select input[type=checkbox]:not([data-select-all])")];
}

function showSelection(form) {
  const boxes = rowBoxes(form);
  const chosen = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const count = form.querySelector("[data-selected-count]");
  if (count) count.textContent = String(chosen);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.bulk");
  if (!form || !event.target.closest(".select")) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of rowBoxes(form)) box.checked = event.target.checked;
  }
  showSelection(form);
});

function showSelections() {
  for (const form of document.querySelectorAll("form.bulk")) showSelection(form);
}

addEventListener("pageshow", showSelections);
document.addEventListener("htmx:afterSettle", showSelections);

// <button data-copy="ID OF THE ELEMENT" data-copied="Copied">
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    getSelection().selectAllChildren(source);
    return;
  }
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
}, true);
