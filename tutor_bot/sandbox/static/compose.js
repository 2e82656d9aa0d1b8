// Where one writes: the field, the command menu, attachments, replies and edits.
import { state, chatOf, isGroup, messagesOf } from "./state.js";
import { $, make } from "./parts.js";
import { doIt, attach } from "./doing.js";
import { summaryOf } from "./messages.js";

let context = null;

export function replyTo(message) { setContext({ reply: message.message_id }, `Reply to ${message.from.first_name}: ${summaryOf(message)}`); }
export function editMessage(message) { setContext({ edit: message.message_id }, `Edit: ${message.text}`); $("write").value = message.text; grow(); }

function setContext(what, text = "") {
  context = what && { chat: state.chat, ...what };
  $("context").hidden = !context;
  $("context-text").textContent = text;
  if (context) $("write").focus();
}

// Where one cannot write, a button says what to do instead.
export function drawGate() {
  const chat = chatOf(state.chat);
  if (!chat) return;
  if (context && context.chat !== state.chat) setContext(null);
  const closed = !isGroup(chat) && (chat.blocked || !chat.started);
  $("gate").hidden = !closed;
  $("form").hidden = closed;
  $("gate-button").textContent = chat.blocked ? "Unblock the bot" : "Start";
}

$("gate-button").addEventListener("click", async () => {
  const chat = chatOf(state.chat);
  if (chat.blocked) await doIt("block", { person: state.me, blocked: false });
  if (!chat.blocked) await doIt("say", { person: state.me, chat: chat.id, text: "/start" });
  drawGate();
});

async function send() {
  const field = $("write"), text = field.value;
  if (!text.trim()) return;
  const here = { person: state.me, chat: state.chat };
  const { problem } = context?.edit
    ? await doIt("edit", { ...here, message: context.edit, text })
    : await doIt("say", { ...here, text, reply_to: context?.reply ?? null });
  if (problem) return;  // What was written stays in the field.
  if (field.value === text) field.value = "";
  setContext(null);
  grow();
  showMenu();
  field.focus();
}

$("form").addEventListener("submit", event => { event.preventDefault(); send(); });
$("context-off").addEventListener("click", () => { setContext(null); $("write").focus(); });
$("file").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (file) await attach(state.me, state.chat, file);
  event.target.value = "";
});

function grow() {
  const field = $("write");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, 144)}px`;
}

// The command menu.
let chosen = 0;

function offered() {
  const typed = /^\/(\w*)$/.exec($("write").value);
  if (!typed) return [];
  return (chatOf(state.chat)?.menus[state.me] ?? []).filter(item => item.command.startsWith(typed[1].toLowerCase()));
}

function showMenu() {
  const items = offered();
  chosen = Math.min(chosen, Math.max(0, items.length - 1));
  $("menu").hidden = !items.length;
  $("write").setAttribute("aria-expanded", String(items.length > 0));
  $("menu").replaceChildren(...items.map((item, place) => make("div", { role: "option", id: `command-${place}`, "aria-selected": String(place === chosen), onclick: () => take(item) },
    make("b", { text: `/${item.command}` }), make("span", { text: item.description, dir: "auto" }))));
  if (items.length) $("write").setAttribute("aria-activedescendant", `command-${chosen}`); else $("write").removeAttribute("aria-activedescendant");
  $("menu").children[chosen]?.scrollIntoView({ block: "nearest" });
}

function take(item) {
  $("write").value = `/${item.command}`;
  send();
}

$("write").addEventListener("input", () => { chosen = 0; grow(); showMenu(); });
$("write").addEventListener("keydown", event => {
  const items = offered();
  const menu = items.length && !$("menu").hidden;
  if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
    showMenu();
    event.preventDefault();
  } else if (menu && event.key === "Tab") {
    $("write").value = `/${items[chosen].command} `;
    showMenu();
    event.preventDefault();
  } else if (event.key === "Escape" && (menu || context)) {
    $("menu").hidden = true;
    setContext(null);
    event.stopPropagation();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (menu) take(items[chosen]); else send();
  } else if (event.key === "ArrowUp" && !$("write").value) {
    const mine = messagesOf(state.chat).filter(m => m.from.id === state.me && m.text).at(-1);
    if (mine) { editMessage(mine); event.preventDefault(); }
  }
});
$("slash").addEventListener("click", () => {
  $("write").value = $("menu").hidden ? "/" : "";
  chosen = 0;
  showMenu();
  $("write").focus();
});
