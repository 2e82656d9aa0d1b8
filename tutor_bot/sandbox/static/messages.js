// The conversation: bubbles, keyboards, polls, pictures.
import { state, person, nameOf, chatOf, isGroup, messagesOf } from "./state.js";
import { $, make, face, ask, toast, clockTime, dayOf } from "./parts.js";
import { formatted } from "./text.js";
import { doIt } from "./doing.js";
import { replyTo, editMessage } from "./compose.js";
import { newGroup } from "./side.js";
import { poll, tickPolls } from "./poll.js";

const NEAR = 120;
const pressed = new Map();
const REACTIONS = ["👍", "❤", "🔥", "🤔", "😁"];

export function summaryOf(message) {
  if (message.text) return message.text.replace(/\s+/g, " ");
  if (message.poll) return `📊 ${message.poll.question}`;
  if (message.photo) return `🖼 ${message.caption ?? "Picture"}`;
  if (message.document) return `📄 ${message.document.file_name}`;
  return service(message) ?? "";
}

function service(message) {
  const by = message.from.first_name;
  if (message.new_chat_members) {
    const names = message.new_chat_members.map(nameOf).join(", ");
    return message.new_chat_members[0].id === message.from.id ? `${names} joined the group` : `${by} added ${names}`;
  }
  if (message.left_chat_member) return message.left_chat_member.id === message.from.id ? `${by} left the group` : `${by} removed ${nameOf(message.left_chat_member)}`;
  if (message.migrate_to_chat_id) return "This group was upgraded to a supergroup";
  if (message.migrate_from_chat_id) return "The group goes on here as a supergroup";
  return null;
}

export function drawMessages() {
  const list = $("messages");
  list.setAttribute("aria-busy", "true");
  list.replaceChildren();
  let day = null;
  for (const message of messagesOf(state.chat)) {
    if (dayOf(message.date) !== day) list.append(make("div", { class: "day", text: day = dayOf(message.date) }));
    list.append(element(message));
  }
  list.setAttribute("aria-busy", "false");
  list.scrollTop = list.scrollHeight;
}

export function drawMessage(message, isNew) {
  const list = $("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  const old = $(`m${message.message_id}`);
  const drawn = element(message);
  if (old) {
    const key = old.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    old.replaceWith(drawn);
    if (key) (drawn.querySelector(`[data-key="${key}"]`) ?? drawn.querySelector("button, input, a"))?.focus();
  } else {
    const before = messagesOf(state.chat).filter(m => m.message_id < message.message_id).at(-1);
    if (!before || dayOf(before.date) !== dayOf(message.date)) list.append(make("div", { class: "day", text: dayOf(message.date) }));
    list.append(drawn);
  }
  if (atEnd || (isNew && message.from.id === state.me)) list.scrollTop = list.scrollHeight;
}

export function dropMessage(number) { $(`m${number}`)?.remove(); }
export const tickTimers = () => tickPolls($("messages"));

function element(message) {
  const says = service(message);
  if (says) return make("div", { class: "service", id: `m${message.message_id}`, text: says, dir: "auto" });
  const own = message.from.id === state.me, group = isGroup(chatOf(state.chat) ?? {});
  const bubble = make("div", { class: "bubble" });
  if (group && !own) bubble.append(make("div", { class: "from", text: nameOf(message.from), dir: "auto" }));
  if (message.forward_origin) bubble.append(make("div", { class: "meta", text: "Forwarded" }));
  if (message.reply_to_message) bubble.append(quoted(message.reply_to_message));
  if (message.photo) bubble.append(picture(message));
  if (message.document) bubble.append(make("a", { class: "file", href: `/page/files/${message.document.file_id}`, download: message.document.file_name, text: `📄 ${message.document.file_name} (${Math.ceil(message.document.file_size / 1024)} KB)` }));
  if (message.poll) bubble.append(poll(message));
  const text = message.text ?? message.caption;
  if (text) bubble.append(formatted(text, message.entities ?? message.caption_entities ?? [], follow, command));
  bubble.append(reactions(message), make("div", { class: "meta" }, message.edit_date ? make("span", { text: "edited" }) : null, make("time", { text: clockTime(message.date) })));
  const shown = make("article", { class: own ? "message own" : "message", id: `m${message.message_id}`, "aria-label": `${own ? "You" : nameOf(message.from)}, ${clockTime(message.date)}` });
  if (group && !own) shown.append(face(person(message.from.id) ?? message.from));
  const more = make("button", { type: "button", class: "more", "data-key": "more", "aria-label": "More about this message", "aria-haspopup": "menu", "aria-expanded": "false", text: "⋯", onclick: () => menu(more, message) });
  shown.append(bubble, more);
  if (message.reply_markup?.inline_keyboard) shown.append(keyboard(message));
  return shown;
}

function quoted(original) {
  return make("button", { type: "button", class: "quoted", "data-key": "quoted", onclick: () => $(`m${original.message_id}`)?.scrollIntoView({ block: "center", behavior: "smooth" }) },
    make("b", { text: nameOf(original.from), dir: "auto" }), make("span", { text: summaryOf(original), dir: "auto" }));
}

function picture(message) {
  const photo = message.photo.at(-1);
  return make("img", { class: "picture", src: `/page/files/${photo.file_id}`, width: photo.width, height: photo.height, alt: message.caption ?? "Picture" });
}

function keyboard(message) {
  const rows = message.reply_markup.inline_keyboard.map((row, r) => make("div", {}, ...row.map((button, b) => {
    const waits = pressed.has(`${message.chat.id}/${message.message_id}/${button.callback_data}`);
    return make("button", { type: "button", "data-key": `k${r}-${b}`, "aria-busy": String(waits), text: button.url ? `${button.text} ↗` : button.text, dir: "auto", onclick: () => button.url ? follow(button.url) : press(message, button) });
  })));
  return make("div", { class: "keys", role: "group", "aria-label": "Buttons" }, ...rows);
}

async function press(message, button) {
  const key = `${message.chat.id}/${message.message_id}/${button.callback_data}`;
  if (pressed.has(key)) return;
  pressed.set(key, null);
  drawAgain(message);
  const { done } = await doIt("press", { person: state.me, chat: message.chat.id, message: message.message_id, data: button.callback_data });
  if (!done) { settle(key, message); return; }
  if (early.has(done)) { settle(key, message); early.delete(done); return; }
  pressed.set(key, { press: done, message });
  setTimeout(() => settle(key, message), 10000);
}

function settle(key, message) { if (pressed.delete(key)) drawAgain(message); }
function drawAgain(message) {
  const now = state.messages.get(message.chat.id)?.get(message.message_id);
  if (now && message.chat.id === state.chat) drawMessage(now, false);
}

// The answer may come over the stream before the press itself has returned.
const early = new Set();
export function answered({ press, person: who, text, alert }) {
  let known = false;
  for (const [key, waits] of pressed) if (waits?.press === press) { known = true; settle(key, waits.message); }
  if (!known) early.add(press);
  if (who !== state.me || !text) return;
  if (alert) ask(state.bot.first_name, [make("p", { text, dir: "auto" })], [["OK", null, true]]); else toast(text);
}

function command(text) { doIt("say", { person: state.me, chat: state.chat, text }); }

// Links to the bot itself stay in here: they begin a chat with it, or add it to a group.
function follow(url) {
  let link;
  try { link = new URL(url); } catch { return; }
  const toBot = ["t.me", "telegram.me"].includes(link.hostname) && link.pathname.slice(1).toLowerCase() === state.bot.username.toLowerCase();
  if (toBot && link.searchParams.has("startgroup")) newGroup(link.searchParams.get("startgroup"));
  else if (toBot) {
    doIt("say", { person: state.me, chat: state.me, text: `/start ${link.searchParams.get("start") ?? ""}`.trim() });
    document.dispatchEvent(new CustomEvent("go", { detail: [state.me, state.me] }));
  } else if (["http:", "https:"].includes(link.protocol)) open(link, "_blank", "noopener");
}

function reactions(message) {
  const counts = new Map();
  for (const emojis of Object.values(message.reactions ?? {})) for (const emoji of emojis) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  const mine = message.reactions?.[state.me] ?? [];
  return make("div", { class: "reactions" }, ...[...counts].map(([emoji, count]) =>
    make("button", { type: "button", "data-key": `r${emoji}`, "aria-pressed": String(mine.includes(emoji)), text: `${emoji} ${count}`, onclick: () => react(message, mine.includes(emoji) ? "" : emoji) })));
}
const react = (message, emoji) => doIt("react", { person: state.me, chat: message.chat.id, message: message.message_id, emoji });

function menu(opener, message) {
  document.querySelector(".popup")?.remove();
  const own = message.from.id === state.me;
  const shown = make("div", { class: "popup", role: "menu" });
  const close = () => { shown.remove(); opener.setAttribute("aria-expanded", "false"); };
  const item = (label, act) => make("button", { type: "button", role: "menuitem", text: label, onclick: () => { close(); act(); } });
  shown.append(item("Reply", () => replyTo(message)));
  if (own && message.text) shown.append(item("Edit", () => editMessage(message)));
  if (own) shown.append(item("Delete", () => doIt("delete", { person: state.me, chat: message.chat.id, message: message.message_id })));
  shown.append(make("div", {}, ...REACTIONS.map(emoji => item(emoji, () => react(message, emoji)))));
  opener.setAttribute("aria-expanded", "true");
  document.body.append(shown);
  const at = opener.getBoundingClientRect(), size = shown.getBoundingClientRect();
  shown.style.left = `${Math.max(4, Math.min(at.left, innerWidth - size.width - 4))}px`;
  shown.style.top = `${Math.max(4, Math.min(at.bottom, innerHeight - size.height - 4))}px`;
  const items = [...shown.querySelectorAll("button")];
  items[0].focus();
  shown.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) { items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); event.preventDefault(); }
    if (event.key === "Escape" || event.key === "Tab") { close(); opener.focus(); event.stopPropagation(); event.preventDefault(); }
  });
  setTimeout(() => document.addEventListener("click", event => { if (!shown.contains(event.target)) close(); }, { once: true }));
}
