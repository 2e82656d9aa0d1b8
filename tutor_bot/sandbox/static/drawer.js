// The drawer for developers and authors: each Bot API call with its answer.
import { state } from "./state.js";
import { $, make, ask, toast } from "./parts.js";
import { doIt } from "./doing.js";

const SHOWN = 200;

function row(call) {
  const refused = !call.answer.ok;
  const about = call.parameters.text ?? call.parameters.question ?? call.parameters.caption ?? "";
  const line = `${call.method} ${refused ? "· " + call.answer.description : String(about).slice(0, 60)}`;
  return make("li", { class: refused ? "refused" : undefined }, make("details", {},
    make("summary", { text: line }),
    make("pre", { tabindex: "0", text: JSON.stringify({ at: call.at, parameters: call.parameters, answer: call.answer }, null, 1) })));
}

export function addCall(call) {
  state.calls.push(call);
  if ($("drawer").hidden) return;
  $("calls").prepend(row(call));
  while ($("calls").children.length > SHOWN) $("calls").lastChild.remove();
}

export function drawCalls() {
  $("calls").replaceChildren(...state.calls.slice(-SHOWN).reverse().map(row));
}

$("developer").addEventListener("click", () => {
  const open = $("drawer").hidden;
  $("drawer").hidden = !open;
  $("developer").setAttribute("aria-expanded", String(open));
  if (open) drawCalls();
});
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && !$("drawer").hidden && !$("dialog").open) { $("developer").click(); $("developer").focus(); }
});
$("refused-only").addEventListener("change", event => $("drawer").classList.toggle("refused-only", event.target.checked));
$("limits").addEventListener("change", event => doIt("limits", { on: event.target.checked }));
$("privacy").addEventListener("change", event => doIt("privacy", { on: event.target.checked }));
for (const button of document.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", async () => {
    const tool = button.dataset.tool;
    if (tool === "reset" && !await ask("Reset everything?", [make("p", { text: "All messages, people you added and all that the tutor remembers are erased." })], [["Cancel", null], ["Reset", "yes", true]])) return;
    button.disabled = true;
    const { problem } = await doIt(tool);
    button.disabled = false;
    if (!problem && tool === "reset") toast("Everything is as at the start.");
  });
}
