// Text with entities as elements. Offsets count UTF-16 units, as JavaScript's own strings do.
import { make } from "./parts.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

export function formatted(text, entities, follow, command) {
  const root = make("div", { class: "text", dir: "auto" });
  root.append(...nodes(text, 0, text.length, [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length), follow, command));
  return root;
}

function nodes(text, start, end, entities, follow, command) {
  const made = [];
  let at = start;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    const stop = Math.min(end, entity.offset + entity.length);
    if (entity.offset < at) continue;
    if (entity.offset > at) made.push(text.slice(at, entity.offset));
    const inner = [];
    while (entities.length && entities[0].offset < stop) inner.push(entities.shift());
    made.push(wrap(entity, text.slice(entity.offset, stop), nodes(text, entity.offset, stop, inner, follow, command), follow, command));
    at = stop;
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}

function wrap(entity, text, children, follow, command) {
  if (entity.type === "text_link" || entity.type === "url") {
    const url = entity.url ?? text;
    if (!/^https?:\/\//i.test(url)) return make("span", {}, ...children);
    return make("a", { href: url, rel: "noopener noreferrer", target: "_blank", onclick: event => { event.preventDefault(); follow(url); } }, ...children);
  }
  if (entity.type === "bot_command") return make("button", { type: "button", class: "command", onclick: () => command(text) }, ...children);
  if (entity.type === "spoiler") return make("span", { class: "spoiler", tabindex: "0" }, ...children);
  return make(TAGS[entity.type] ?? "span", {}, ...children);
}
