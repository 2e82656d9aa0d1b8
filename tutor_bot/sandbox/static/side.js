// The people, the list of chats, and the head of the open one.
import { state, person, nameOf, chatOf, chatsOf, otherGroups, isGroup, titleOf, statusOf, lastOf, unread } from "./state.js";
import { $, make, face, ask, clockTime } from "./parts.js";
import { doIt } from "./doing.js";
import { summaryOf } from "./messages.js";

const go = (...detail) => document.dispatchEvent(new CustomEvent("go", { detail }));
const ACTIONS = { typing: "is typing…", upload_photo: "is sending a picture…", upload_document: "is sending a file…" };
let action = null;

export function drawSide() {
  keepFocus($("side"), () => {
    $("people").replaceChildren(...state.people.map(who => {
      const news = who.id !== state.me && chatsOf(who.id).some(chat => unread(who.id, chat.id));
      return make("button", { type: "button", "data-key": `p${who.id}`, "aria-pressed": String(who.id === state.me), onclick: () => go(who.id, isGroup(chatOf(state.chat) ?? {}) && statusOf(chatOf(state.chat), who.id) !== "left" ? state.chat : who.id) },
        face(who), make("span", { text: nameOf(who), dir: "auto" }), news ? make("span", { class: "dot", role: "img", "aria-label": "has new messages" }) : null);
    }));
    const own = chatsOf(state.me).map(chat => {
      const last = lastOf(chat.id), count = unread(state.me, chat.id);
      const from = last && isGroup(chat) && !last.new_chat_members ? `${last.from.first_name}: ` : "";
      return make("li", {}, make("button", { type: "button", "data-key": `c${chat.id}`, "aria-current": String(chat.id === state.chat), onclick: () => go(state.me, chat.id) },
        face(isGroup(chat) ? chat : state.bot), make("span", { class: "name", text: titleOf(chat), dir: "auto" }),
        make("span", { class: "when", text: last ? clockTime(last.date) : "" }),
        make("span", { class: "last", text: last ? from + summaryOf(last) : "", dir: "auto" }),
        count ? make("span", { class: "unread", text: String(count), "aria-label": `${count} unread` }) : null));
    });
    const others = otherGroups(state.me).map(chat => make("li", {}, make("button", { type: "button", "data-key": `j${chat.id}`, onclick: async () => { await doIt("set_member", { person: state.me, chat: chat.id, whom: state.me, status: "member" }); go(state.me, chat.id); } },
      face(chat), make("span", { class: "name", text: chat.title, dir: "auto" }), make("span", { class: "last", text: "Join this group" }))));
    $("chats").replaceChildren(...own, ...others);
  });
}

function keepFocus(root, draw) {
  const key = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  draw();
  if (key) root.querySelector(`[data-key="${key}"]`)?.focus();
}

export function drawHead() {
  const chat = chatOf(state.chat);
  if (!chat) return;
  face(isGroup(chat) ? chat : state.bot, $("face"));
  $("title").textContent = titleOf(chat);
  const count = Object.keys(chat.members).length;
  const doing = action && action.chat === chat.id ? `${state.bot.first_name} ${ACTIONS[action.what] ?? "is busy…"}` : null;
  $("subtitle").textContent = doing ?? (isGroup(chat) ? `${count} ${count === 1 ? "member" : "members"}` : chat.blocked ? "blocked" : "bot");
}

export function showAction(chat, what) {
  clearTimeout(action?.timer);
  action = what ? { chat, what, timer: setTimeout(() => showAction(chat, null), 5000) } : null;
  drawHead();
}

$("new-person").addEventListener("click", async () => {
  const name = make("input", { type: "text", maxlength: 64, required: true, dir: "auto", autocomplete: "off" });
  if (await ask("New person", [make("label", {}, "Name", name)], [["Cancel", null], ["Add", "add", true]])) {
    const { done } = await doIt("new_person", { name: name.value });
    if (done) go(done, done);
  }
});

$("new-group").addEventListener("click", () => newGroup());

export async function newGroup(payload = null) {
  const title = make("input", { type: "text", maxlength: 64, required: true, dir: "auto", autocomplete: "off" });
  const boxes = state.people.filter(who => who.id !== state.me).map(who => make("input", { type: "checkbox", value: who.id }));
  const bot = make("input", { type: "checkbox", checked: true, disabled: payload !== null });
  const labels = boxes.map(box => make("label", {}, box, " ", nameOf(person(Number(box.value)))));
  if (!await ask("New group", [make("label", {}, "Title", title), ...labels, make("label", {}, bot, ` ${state.bot.first_name} (bot)`)], [["Cancel", null], ["Make", "make", true]])) return;
  const { done } = await doIt("new_group", { owner: state.me, title: title.value, members: boxes.filter(b => b.checked).map(b => Number(b.value)), with_bot: bot.checked });
  if (!done) return;
  if (payload !== null) await doIt("say", { person: state.me, chat: done, text: `/start@${state.bot.username} ${payload}`.trim() });
  go(state.me, done);
}

$("info").addEventListener("click", about);

async function about() {
  const chat = chatOf(state.chat);
  if (!chat) return;
  if (!isGroup(chat)) {
    const block = await ask(nameOf(state.bot), [make("p", { text: `@${state.bot.username}, a bot. You are ${nameOf(person(state.me))}.` })],
      [["Close", null], [chat.blocked ? "Unblock the bot" : "Block the bot", "block", true]]);
    if (block) await doIt("block", { person: state.me, blocked: !chat.blocked });
    return;
  }
  const set = async (whom, status) => { await doIt("set_member", { person: state.me, chat: chat.id, whom, status }); };
  const again = (whom, status) => make("button", { type: "submit", value: `${whom}:${status}`, text: { administrator: "Make admin", member: "No admin", left: "Remove" }[status] });
  const rows = Object.entries(chat.members).map(([id, status]) => {
    const who = person(Number(id));
    const rank = { creator: "owner", administrator: "admin", member: "", restricted: "restricted" }[status];
    const row = make("div", { class: "row" }, face(who), make("span", { class: "name", text: nameOf(who), dir: "auto" }), make("span", { class: "rank", text: rank }));
    if (status !== "creator") row.append(again(who.id, status === "administrator" ? "member" : "administrator"), again(who.id, "left"));
    return row;
  });
  const outside = [...state.people, state.bot].filter(who => statusOf(chat, who.id) === "left");
  const adding = outside.map(who => make("div", { class: "row" }, face(who), make("span", { class: "name", text: nameOf(who), dir: "auto" }), make("button", { type: "submit", value: `${who.id}:member`, text: "Add" })));
  const choices = [["Close", null], ...(chat.type === "group" ? [["Upgrade to a supergroup", "migrate"]] : []), ...(statusOf(chat, state.me) === "creator" ? [] : [["Leave", `${state.me}:left`]])];
  const chosen = await ask(chat.title, [...rows, ...adding], choices);
  if (chosen === "migrate") {
    const { done } = await doIt("migrate", { person: state.me, chat: chat.id });
    if (done) go(state.me, done);
  } else if (chosen) {
    const [whom, status] = chosen.split(":");
    await set(Number(whom), status);
    if (Number(whom) === state.me && status === "left") go(state.me, state.me); else setTimeout(about, 50);
  }
}
