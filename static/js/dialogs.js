// A link with data-dialog opens the #confirm part of its page in a <dialog>. Without this file,
// or when anything goes wrong, the link simply leads to that page.
"use strict";

function dialogElement() {
  let dialog = document.querySelector("dialog.page-dialog");
  if (dialog) return dialog;
  dialog = document.createElement("dialog");
  dialog.className = "page-dialog";
  document.body.append(dialog);
  return dialog;
}

// The page underneath may hold a form with the same field names, and so the same ids.
function renameIds(fragment) {
  const renamed = (ids) => ids.split(" ").map((id) => `dialog-${id}`).join(" ");
  for (const element of fragment.querySelectorAll("[id]")) element.id = renamed(element.id);
  for (const name of ["for", "form", "aria-describedby", "aria-labelledby", "data-copy"]) {
    for (const element of [fragment, ...fragment.querySelectorAll(`[${name}]`)]) {
      if (element.hasAttribute(name)) element.setAttribute(name, renamed(element.getAttribute(name)));
    }
  }
}

async function fetchConfirmation(url) {
  const response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!response.ok) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.getElementById("confirm");
}

async function openDialog(link) {
  const confirmation = await fetchConfirmation(link.href).catch(() => null);
  if (!confirmation) {
    location.assign(link.href);
    return;
  }
  const form = confirmation.querySelector("form");
  if (form && !form.getAttribute("action")) form.action = link.href;
  renameIds(confirmation);
  const dialog = dialogElement();
  dialog.setAttribute("aria-labelledby", "dialog-confirm-title");
  dialog.replaceChildren(document.adoptNode(confirmation));
  dialog.addEventListener("close", () => { dialog.replaceChildren(); link.focus(); }, { once: true });
  window.htmx?.process(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const cancel = event.target.closest("dialog [data-close]");
  if (cancel) {
    event.preventDefault();
    cancel.closest("dialog").close();
    return;
  }
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  openDialog(link);
});
