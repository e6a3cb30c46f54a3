// The shell: menus, theme, navigation, search shortcut, messages about failed requests.
"use strict";

const root = document.documentElement;

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Theme and shortcut are radio buttons and check boxes named after the preference.
for (const choice of document.querySelectorAll("[data-preference]")) {
  const name = choice.dataset.preference;
  choice.checked = (root.dataset[name] ?? "") === choice.value;
  choice.addEventListener("change", () => savePreference(name, choice.checked ? choice.value : ""));
}

const navigationToggle = document.querySelector("[data-toggle-navigation]");
if (navigationToggle) {
  const show = () => navigationToggle.setAttribute("aria-expanded", String(root.dataset.navigation !== "hidden"));
  navigationToggle.addEventListener("click", () => {
    savePreference("navigation", root.dataset.navigation === "hidden" ? "" : "hidden");
    show();
  });
  show();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable], dialog");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || root.dataset.shortcut === "off") return;
  const search = document.getElementById("search");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// htmx leaves a failed request without a word. An error page of ours says why (data-error);
// otherwise the sentence waits in the page.
function explanationIn(answer) {
  if (!answer) return null;
  return new DOMParser().parseFromString(answer, "text/html").querySelector("[data-error]");
}

function sayRequestFailed(event) {
  const messages = document.getElementById("messages");
  const fallback = document.getElementById("request-failed").content.cloneNode(true);
  messages.replaceChildren(explanationIn(event.detail.xhr?.responseText) ?? fallback);
  messages.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:responseError", sayRequestFailed);
document.addEventListener("htmx:sendError", sayRequestFailed);
document.addEventListener("htmx:timeout", sayRequestFailed);

document.querySelector("[data-focus-on-load]:not([data-specimen] *)")?.focus();
