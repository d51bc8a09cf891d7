// What makes the pages quick; each of them reads without it.
"use strict";

// A button at every text that is made to be pasted.
for (const block of document.querySelectorAll("pre[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const name = block.getAttribute("aria-label") || document.getElementById(block.getAttribute("aria-labelledby") || "")?.textContent;
  button.setAttribute("aria-label", name ? `Copy: ${name}` : "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      // Without a safe connection there is no clipboard: the text is marked, ready for Ctrl+C.
      getSelection().selectAllChildren(block);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.before(button);
}

// A list that follows the events of what it shows: it is read again when something came, once a second at most.
const followed = document.querySelector("[data-follow]");
if (followed && window.EventSource) {
  const events = new EventSource(followed.dataset.follow);
  const main = document.getElementById("main");
  let waiting = false;
  events.addEventListener("message", (event) => {
    if (!event.data || waiting) return;
    waiting = true;
    setTimeout(async () => {
      waiting = false;
      // Who is writing, or has something unfolded, is not disturbed.
      const busy = document.activeElement;
      if (busy && main.contains(busy) && busy.matches("input, select, textarea, summary, button")) return;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
        if (!fresh) return;
        const link = busy && main.contains(busy) && busy.getAttribute("href");
        main.replaceChildren(...fresh.childNodes);
        if (link) main.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
      } catch {
        // The server is away: the list stays as it is, and the stream comes back by itself.
      }
    }, 1000);
  });
  addEventListener("pagehide", () => events.close());
}
