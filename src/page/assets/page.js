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

// Ages go on while a page is open, in the words of the server.
const units = [[86400, "days"], [3600, "hrs"], [60, "mins"]];
function age(moment) {
  const apart = Math.round((Date.now() - moment) / 1000);
  const length = Math.abs(apart);
  if (apart <= 0 && length <= 5) return "now";
  const unit = units.find(([seconds]) => length >= 2 * seconds - seconds / 20);
  const text = unit ? `${Math.round(length / unit[0])} ${unit[1]}` : `${length} sec${length === 1 ? "" : "s"}`;
  return apart < 0 ? `in ${text}` : `${text} ago`;
}
setInterval(() => {
  for (const one of document.querySelectorAll("time[datetime]")) one.textContent = age(Date.parse(one.dateTime));
}, 30000);

// A list that follows the events of what it shows: it is read again when something came, once a second at most.
const followed = document.querySelector("[data-follow]");
if (followed && window.EventSource) {
  // What came since the page was written is told first; who follows again reads the list anew.
  const stream = new URL(followed.dataset.follow, location.href);
  if (document.hidden) stream.searchParams.delete("after");
  let events = null;
  let waiting = false;
  let missed = false;
  let pause = 1000;
  const busy = () => followed.contains(document.activeElement) && document.activeElement !== document.body;
  const read = async () => {
    waiting = false;
    // Who is in the list, with the keyboard or a finger, is not disturbed: it is read when they leave it.
    missed = busy();
    if (missed || document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow]");
      if (fresh) followed.replaceChildren(...fresh.childNodes);
    } catch {
      // The server is away: the list stays as it is until it is followed again.
    }
  };
  // Not all who look read at the same moment.
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(read, 500 + Math.random() * 1000);
  };
  const leave = () => {
    events?.close();
    events = null;
  };
  const follow = () => {
    if (events || document.hidden) return;
    events = new EventSource(stream);
    stream.searchParams.delete("after");
    events.addEventListener("open", () => { pause = 1000; });
    events.addEventListener("message", (event) => { if (event.data) soon(); });
    events.addEventListener("error", () => {
      // A browser goes on by itself but where it was refused.
      if (events?.readyState !== EventSource.CLOSED) return;
      leave();
      setTimeout(() => { follow(); soon(); }, pause);
      pause = Math.min(pause * 2, 60000);
    });
  };
  followed.addEventListener("focusout", () => { if (missed) setTimeout(read, 200); });
  // A browser has few connections for all its tabs: those that nobody sees keep none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) leave();
    else { follow(); soon(); }
  });
  addEventListener("pagehide", leave);
  follow();
}

// What is found is shown while somebody writes: links below the box, for the arrow keys too.
for (const box of document.querySelectorAll("form[role=search] input[name=q]")) {
  const hits = document.createElement("div");
  hits.className = "hits";
  hits.hidden = true;
  const told = document.createElement("p");
  told.className = "hidden";
  told.setAttribute("role", "status");
  box.form.append(hits, told);
  let asked = null;
  let timer = 0;
  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    hits.hidden = true;
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const page = new URL(box.form.action);
    page.search = new URLSearchParams({ q: box.value });
    try {
      const answer = await fetch(page, { signal: asked.signal, headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".found > li");
      const list = document.createElement("ul");
      for (const one of [...found].slice(0, 8)) {
        // Its links lead from the page that was asked.
        for (const link of one.querySelectorAll("a")) link.href = new URL(link.getAttribute("href"), page).href;
        list.append(document.importNode(one, true));
      }
      hits.replaceChildren(list);
      hits.hidden = found.length === 0;
      told.textContent = found.length === 0 ? "Nothing found" : `${found.length} found`;
    } catch {
      // The next letter was written, or the server is away: Enter still asks it.
    }
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim().length < 2) close();
    else timer = setTimeout(ask, 200);
  });
  box.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !hits.hidden) {
      close();
      box.focus();
      event.preventDefault();
      return;
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || hits.hidden) return;
    const stops = [box, ...hits.querySelectorAll("a")];
    stops[stops.indexOf(document.activeElement) + way]?.focus();
    event.preventDefault();
  });
  box.form.addEventListener("focusout", (event) => {
    if (!box.form.contains(event.relatedTarget)) close();
  });
}
