// What comes in over the stream, and where it goes.
import { state, load, person, chatsOf, inChat, remember, markRead } from "./state.js";
import { drawMessages, drawMessage, dropMessage, answered, tickTimers } from "./messages.js";
import { drawSide, drawHead, showAction } from "./side.js";
import { addCall, drawCalls } from "./drawer.js";
import { drawGate } from "./compose.js";
import { toast, $ } from "./parts.js";
import { doIt } from "./doing.js";

const heard = {
  everything(body) {
    load(body);
    choose();
    drawCalls();
  },
  people(body) {
    Object.assign(state, { bot: body.bot, people: body.people, chats: body.chats, privacy: body.privacy, limits: body.limits });
    $("limits").checked = state.limits;
    $("privacy").checked = state.privacy;
    const here = state.chats.find(chat => chat.id === state.chat);
    if (here && here.moved_to && inChat(here.moved_to)) state.chat = here.moved_to;
    drawSide();
    drawHead();
    drawGate();
  },
  message({ chat, message }) {
    const isNew = remember(chat, message);
    if (chat === state.chat) {
      drawMessage(message, isNew);
      if (document.visibilityState === "visible") markRead(chat);
    }
    if (message.from.id === state.bot.id) showAction(chat, null);
    drawSide();
  },
  deleted({ chat, message }) {
    state.messages.get(chat)?.delete(message);
    if (chat === state.chat) dropMessage(message);
    drawSide();
  },
  action({ chat, action }) { showAction(chat, action); },
  answered,
  call: addCall,
  time({ now }) { state.ahead = now * 1000 - Date.now(); tickTimers(); showTime(); },
  notice({ text }) { toast(text); },
};

// The person and the chat stand in the address, so that a reload or a second tab keeps its own.
function choose() {
  const [who, where] = location.hash.slice(1).split("/").map(Number);
  state.me = person(who) ? who : state.people[0]?.id;
  const open = chatsOf(state.me).map(chat => chat.id);
  // Whoever comes without an address begins with the bot itself, not with what the group said last.
  state.chat = open.includes(where) ? where : open.find(id => id > 0) ?? open[0];
  $("rooms").classList.toggle("in-chat", open.includes(where));
  for (const chat of state.chats) markRead(chat.id);
  $("limits").checked = state.limits;
  $("privacy").checked = state.privacy;
  redraw();
}

export function go(me, chat, open = true) {
  state.me = me;
  state.chat = chat ?? chatsOf(me)[0]?.id;
  history.replaceState(null, "", open ? `#${state.me}/${state.chat}` : `#${state.me}`);
  $("rooms").classList.toggle("in-chat", open);
  redraw();
  if (open && matchMedia("(pointer: fine)").matches) $("write").focus();
}

function redraw() {
  markRead(state.chat);
  drawSide();
  drawHead();
  drawMessages();
  drawGate();
  showTime();
}

function showTime() {
  const now = new Date(Date.now() + state.ahead);
  $("now").textContent = now.toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  $("now").dateTime = now.toISOString();
}

for (const button of document.querySelectorAll("[data-jump]")) {
  button.addEventListener("click", async () => {
    const all = document.querySelectorAll("[data-jump]");
    for (const other of all) other.disabled = true;
    await doIt("jump", { to: button.dataset.jump });
    for (const other of all) other.disabled = false;
    button.focus();
  });
}
$("back").addEventListener("click", () => go(state.me, state.chat, false));
document.addEventListener("go", event => go(...event.detail));
document.addEventListener("visibilitychange", () => { if (state.chat && document.visibilityState === "visible") { markRead(state.chat); drawSide(); } });
addEventListener("hashchange", choose);
setInterval(() => { showTime(); tickTimers(); }, 1000);

const stream = new EventSource("/page/events");
stream.onopen = () => { $("lost").hidden = true; };
stream.onerror = () => { $("lost").hidden = false; };
stream.onmessage = ({ data }) => {
  const { kind, ...body } = JSON.parse(data);
  heard[kind]?.(body);
};
