// Everything that is done on the page goes to one address; a problem is told in words.
import { toast } from "./parts.js";

export async function doIt(what, given = {}) {
  try {
    const response = await fetch("/page/do", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ do: what, ...given }),
    });
    const answer = await response.json();
    if (answer.problem) { toast(answer.problem[0].toUpperCase() + answer.problem.slice(1) + "."); return { problem: answer.problem }; }
    return { done: answer.done };
  } catch {
    toast("The sandbox does not answer.");
    return { problem: "unreachable" };
  }
}

export async function attach(person, chat, file) {
  const query = new URLSearchParams({ person, chat, name: file.name });
  const response = await fetch(`/page/attach?${query}`, { method: "POST", headers: { "X-File-Type": file.type || "application/octet-stream" }, body: file });
  const answer = await response.json();
  if (answer.problem) toast(answer.problem);
}
