// Runs before the first paint (no defer), so that the chosen theme never flashes.
// Sets on <html>: class "js", data-theme and data-navigation.
"use strict";

const PREFERENCES = { theme: ["light", "dark"], navigation: ["hidden"], shortcut: ["off"] };

function readPreference(name) {
  try {
    const value = localStorage.getItem(name);
    return PREFERENCES[name].includes(value) ? value : "";
  } catch {
    return "";
  }
}

function applyPreference(name, value) {
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
}

function savePreference(name, value) {
  applyPreference(name, value);
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // Private windows may refuse storage: the choice then lasts for this page.
  }
}

document.documentElement.classList.add("js");
for (const name of Object.keys(PREFERENCES)) applyPreference(name, readPreference(name));
