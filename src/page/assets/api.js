// Sends requests of the REST interface from its page, and keeps the commands in step with what is filled in.
"use strict";

/** Characters of an answer that are shown. */
const SHOWN_MAX = 200000;

/** A text as one word of a shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A name as one segment of a path. A browser takes dots alone for another place. */
function segment(name) {
  if (/^\.\.?$/.test(name)) throw new Error("A browser cannot ask for a name of dots alone: use the command.");
  return encodeURIComponent(name);
}

/** What a form asks. Where `names` is given, it stands for parts of the path that nobody filled in. */
function request(form, names) {
  let path = form.dataset.path.slice(1);
  const [query, headers] = [new URLSearchParams(), {}];
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    const { name, value, dataset } = field;
    if (dataset.in === "body") {
      body = value;
      headers["content-type"] = dataset.media;
    } else if (dataset.in === "path") {
      path = path.replace(`{${name}}`, () => (value === "" && names ? names(name) : segment(value)));
    } else if (value !== "") {
      if (dataset.in === "query") query.append(name, value);
      else headers[name] = value;
    }
  }
  const url = new URL(path, new URL(form.dataset.root, location.href));
  url.search = query;
  return { method: form.dataset.method, url: url.href, headers, body };
}

/** The command that asks the same. */
function curl({ method, url, headers, body }) {
  const parts = [method === "GET" ? `curl ${quoted(url)}` : `curl -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

/** JSON with a line for each value, its numbers and texts as they came: to read it would round large numbers. */
function indented(text) {
  let [shown, depth, inText] = ["", 0, false];
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (inText) {
      shown += c;
      if (c === "\\") shown += text[(at += 1)] ?? "";
      else if (c === '"') inText = false;
    } else if (c === '"') {
      inText = true;
      shown += c;
    } else if (c === "{" || c === "[") {
      const end = c === "{" ? "}" : "]";
      if (text[at + 1] === end) shown += c + text[(at += 1)];
      else {
        depth += 1;
        shown += c + line();
      }
    } else if (c === "}" || c === "]") {
      depth = Math.max(0, depth - 1);
      shown += line() + c;
    } else if (c === ",") shown += c + line();
    else if (c === ":") shown += ": ";
    else if (!/\s/.test(c)) shown += c;
  }
  return shown;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Shows what comes, as it comes: some answers have no end. Gives the whole text. */
async function read(answer, shown) {
  if (!answer.body) return "";
  const [reader, decoder] = [answer.body.getReader(), new TextDecoder()];
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += done ? decoder.decode() : decoder.decode(value, { stream: true });
    if (text.length > SHOWN_MAX) {
      await reader.cancel();
      shown.textContent = `${text.slice(0, SHOWN_MAX)}\n… there is more, which the command shows`;
      return undefined;
    }
    shown.textContent = text;
    if (done) return text;
  }
}

async function send(form) {
  const place = form.querySelector(".answer");
  const status = element("p", "Asked, no answer yet", { role: "status" });
  const [stop, end] = [new AbortController(), element("button", "Stop", { type: "button" })];
  end.addEventListener("click", () => stop.abort());
  place.replaceChildren(status, end);
  const began = performance.now();
  try {
    const { url, ...options } = request(form);
    const answer = await fetch(url, { ...options, signal: stop.signal, cache: "no-store" });
    const took = Math.round(performance.now() - began);
    status.textContent = `${answer.status} ${answer.statusText} after ${took} ms`;
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const body = element("pre", "", { tabindex: "0", "aria-label": "Body of the answer" });
    place.append(element("pre", headers, { tabindex: "0", "aria-label": "Headers of the answer" }), body);
    const text = await read(answer, body);
    if (text && /\bjson\b/.test(answer.headers.get("content-type") ?? "")) body.textContent = indented(text);
    if (text === "") body.remove();
  } catch (error) {
    const why = stop.signal.aborted ? "Stopped" : `Not answered: ${error.message}`;
    place.append(element("p", why, { role: "status" }));
  }
  end.remove();
}

for (const form of document.querySelectorAll("form[data-path]")) {
  const [ask, command] = [form.querySelector(".ask"), form.querySelector("pre[data-copy]")];
  if (ask) {
    ask.hidden = false;
    ask.querySelector("button").disabled = false;
  }
  const tell = () => {
    try {
      command.textContent = curl(request(form, (name) => name.toUpperCase()));
    } catch {
      // The last command stays: it is right but for a name that no address has.
    }
  };
  form.addEventListener("input", tell);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in a field sends a form, too: of what changes something it is asked first.
    if (ask && !ask.open) {
      ask.open = true;
      return;
    }
    if (ask) ask.open = false;
    send(form);
  });
  tell();
}
