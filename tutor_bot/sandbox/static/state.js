// What this tab knows, and who it speaks as.
export const state = {
  bot: null, people: [], chats: [], messages: new Map(), calls: [], privacy: true, limits: false,
  me: null, chat: null, ahead: 0, read: new Map(),
};

export function load(body) {
  Object.assign(state, { bot: body.bot, people: body.people, chats: body.chats, calls: body.calls, privacy: body.privacy, limits: body.limits });
  state.ahead = body.now * 1000 - Date.now();
  state.messages = new Map(Object.entries(body.messages).map(([chat, list]) => [Number(chat), new Map(list.map(m => [m.message_id, m]))]));
}

export const person = id => id === state.bot?.id ? state.bot : state.people.find(p => p.id === id);
export const nameOf = who => [who.first_name, who.last_name].filter(Boolean).join(" ");
export const chatOf = id => state.chats.find(chat => chat.id === id);
export const isGroup = chat => chat.type !== "private";
export const titleOf = chat => isGroup(chat) ? chat.title : nameOf(state.bot);
export const statusOf = (chat, id) => chat.members[id] ?? "left";
export const inChat = id => chatsOf(state.me).some(chat => chat.id === id);

export function chatsOf(me) {
  return state.chats
    .filter(chat => !chat.moved_to && (isGroup(chat) ? statusOf(chat, me) !== "left" : chat.id === me))
    .sort((a, b) => (lastOf(b.id)?.date ?? 0) - (lastOf(a.id)?.date ?? 0) || b.id - a.id);
}
export const otherGroups = me => state.chats.filter(chat => isGroup(chat) && !chat.moved_to && statusOf(chat, me) === "left");

export const messagesOf = chat => [...(state.messages.get(chat)?.values() ?? [])];
export const lastOf = chat => messagesOf(chat).at(-1);

export function remember(chat, message) {
  if (!state.messages.has(chat)) state.messages.set(chat, new Map());
  const known = state.messages.get(chat).has(message.message_id);
  state.messages.get(chat).set(message.message_id, message);
  return !known;
}

// Read marks are kept for each person in this tab: what came for Ben while Amina spoke is new to Ben.
export function markRead(chat) {
  const last = lastOf(chat)?.message_id ?? 0;
  const readers = state.read.size ? [state.me] : state.people.map(p => p.id);
  for (const reader of readers) state.read.set(`${reader}/${chat}`, last);
}
export function unread(me, chat) {
  const seen = state.read.get(`${me}/${chat}`) ?? 0;
  return messagesOf(chat).filter(m => m.message_id > seen && m.from.id !== me).length;
}
