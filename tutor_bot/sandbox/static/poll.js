// Polls: to vote in, and with their results.
import { state } from "./state.js";
import { make } from "./parts.js";
import { doIt } from "./doing.js";

export function poll(message) {
  const shown = message.poll, mine = shown.votes?.[state.me];
  const done = shown.is_closed || mine !== undefined;
  const field = make("fieldset", { class: "poll" }, make("legend", { text: shown.question, dir: "auto" }), make("div", { class: "kind", text: kindOf(shown) }));
  const order = orderFor(shown);
  if (done) field.append(...order.map(place => result(shown, shown.options[place], place, mine ?? [])));
  else if (shown.allows_multiple_answers) field.append(...several(message, shown, order));
  else field.append(...order.map(place => make("button", { type: "button", class: "option", "data-key": `o${place}`, onclick: () => vote(message, [place]) },
    make("span", { class: "ring", "aria-hidden": "true" }), make("span", { text: shown.options[place].text, dir: "auto" }))));
  if (done && (shown.is_closed || !shown.hides_results) && shown.explanation) field.append(make("div", { class: "explanation", text: `💡 ${shown.explanation}`, dir: "auto" }));
  const total = shown.total_voter_count;
  const foot = make("div", { class: "total", text: total ? `${total} ${total === 1 ? "vote" : "votes"}` : "No votes yet" });
  if (shown.close_date && !shown.is_closed) foot.append(make("span", { "data-closes": shown.close_date }));
  if (mine && shown.allows_revoting && !shown.is_closed) foot.append(" ", make("button", { type: "button", class: "command", "data-key": "retract", text: "Retract vote", onclick: () => vote(message, []) }));
  field.append(foot);
  return field;
}

function kindOf(shown) {
  const what = shown.type === "quiz" ? "Quiz" : "Poll";
  return `${shown.is_closed ? "Final results" : shown.is_anonymous ? `Anonymous ${what.toLowerCase()}` : what}${shown.allows_multiple_answers && !shown.is_closed ? " · several answers" : ""}`;
}

// Shuffled options stand in another order for each reader, but always in the same one for the same reader.
function orderFor(shown) {
  const places = shown.options.map((_, place) => place);
  if (!shown.shuffles) return places;
  const weight = place => { let h = 7; for (const c of `${shown.id}/${state.me}/${place}`) h = (h * 33 + c.charCodeAt(0)) % 4294967291; return h; };
  return places.sort((a, b) => weight(a) - weight(b));
}

function several(message, shown, order) {
  const boxes = order.map(place => make("input", { type: "checkbox", value: place, "data-key": `o${place}` }));
  const labels = boxes.map(box => make("label", { class: "option" }, box, make("span", { text: shown.options[box.value].text, dir: "auto" })));
  const send = make("button", { type: "button", class: "vote", "data-key": "vote", text: "Vote", disabled: true, onclick: () => vote(message, boxes.filter(b => b.checked).map(b => Number(b.value))) });
  for (const box of boxes) box.addEventListener("change", () => { send.disabled = !boxes.some(b => b.checked); });
  return [...labels, send];
}

function result(shown, option, place, mine) {
  const right = shown.correct_option_ids?.includes(place), chosen = mine.includes(place);
  const hidden = shown.hides_results && !shown.is_closed;
  const share = shown.total_voter_count && !hidden ? Math.round(100 * option.voter_count / shown.total_voter_count) : 0;
  const quiz = shown.type === "quiz" && !hidden;
  const mark = quiz && right ? "✓" : chosen ? quiz ? "✗" : "✓" : "";
  const words = [quiz && right ? "right" : quiz && chosen ? "wrong" : "", chosen ? "your choice" : ""].filter(Boolean).join(", ");
  const bar = make("i", {});
  bar.style.width = `${share}%`;
  return make("div", { class: `option ${quiz && right ? "is-right" : quiz && chosen ? "is-wrong" : ""}` },
    make("span", { class: "share", text: hidden ? "" : `${share}%` }),
    make("span", {}, make("span", { class: "mark", role: mark ? "img" : undefined, "aria-label": words || undefined, text: mark ? `${mark} ` : "" }), make("span", { text: option.text, dir: "auto" })),
    make("span", { class: "track", "aria-hidden": "true" }, bar));
}

const vote = (message, options) => doIt("vote", { person: state.me, chat: message.chat.id, message: message.message_id, options });

export function tickPolls(root) {
  for (const timer of root.querySelectorAll("[data-closes]")) {
    const left = Math.max(0, Math.round(timer.dataset.closes - (Date.now() + state.ahead) / 1000));
    timer.textContent = ` · ${left < 3600 ? `${left} s left` : "open"}`;
  }
}
