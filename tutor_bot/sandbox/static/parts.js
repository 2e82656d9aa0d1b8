// Small parts. Text is always set as text, never as markup, so nothing that anybody writes is executed.
export const $ = id => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

const COLOURS = ["#b2543a", "#5a7d2a", "#8a5aa8", "#2f7d8c", "#a8416b", "#3d69b5", "#8a6d1f"];
export function face(who, element = make("span", { class: "face", "aria-hidden": "true" })) {
  const name = who.title ?? [who.first_name, who.last_name].filter(Boolean).join(" ");
  const words = name.split(/\s+/).filter(Boolean);
  element.textContent = words.slice(0, 2).map(word => [...word][0].toUpperCase()).join("");
  element.style.setProperty("--face", COLOURS[Math.abs(who.id) % COLOURS.length]);
  return element;
}

export function toast(text, patience = 4000) {
  const shown = make("p", { text, dir: "auto" });
  $("toasts").append(shown);
  setTimeout(() => shown.remove(), Math.max(patience, text.length * 60));
}

// A dialog with a body and choices; resolves to the chosen value, null when it was closed.
export function ask(title, body, choices) {
  const dialog = $("dialog");
  $("dialog-title").textContent = title;
  $("dialog-body").replaceChildren(...body);
  $("dialog-choices").replaceChildren(...choices.map(([label, value, main]) =>
    make("button", { type: value === null ? "button" : "submit", value: value ?? "", class: main ? "main" : undefined, text: label, onclick: value === null ? () => dialog.close("") : undefined })));
  dialog.returnValue = "";
  if (!dialog.open) dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue || null), { once: true }));
}

export const clockTime = seconds => new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
export const dayOf = seconds => new Date(seconds * 1000).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
