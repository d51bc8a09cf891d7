// Which pages are looked at: all that links and search fields of the start page lead to, but of many of one kind a few.

import { short } from './report.mjs';

/** Of pages that differ by names and values alone, how many are looked at. */
const ALIKE_MAX = 2;
/** Pages that are looked at at the same time. */
const LOOKS_CONCURRENT = 2;
/** A walk beyond it follows links that never end. */
const PAGES_MAX = 400;
/** What is linked from pages and is for programs; that it answers is enough. */
const FOR_PROGRAMS = /^\/(api\/|metrics$|readyz$|healthz$)/;
/** A field may hold what cannot be looked for; the page says so. */
const SEARCH_STATUSES = [200, 400, 422];

const decoded = (segment) => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Path segments as people read them. */
export const segments = (url) => url.pathname.split('/').slice(1).map(decoded);

/**
 * The kind of an address: paths are noun, name, noun, name …, and names and values of queries count as one, but for those
 * in `kept`, of which every page is to be seen.
 */
export function shape(url, kept = new Set()) {
  const veil = (value) => (kept.has(value) ? value : '*');
  const path = segments(url).map((segment, at) => (at % 2 === 1 ? veil(segment) : segment));
  const query = [...url.searchParams].map(([name, value]) => `${name}=${value === '' ? '' : veil(value)}`).sort();
  return JSON.stringify([path, query]);
}

/** The kind of an address's path, for people: `/databases/*`. */
export const kind = (url) =>
  `/${segments(url)
    .map((segment, at) => (at % 2 === 1 ? '*' : segment))
    .join('/')}`;

/** The addresses that a form leads to when people write what `values` has for its fields. */
function searches({ action, fields, texts }, values) {
  return texts.flatMap((name) =>
    (values[name] ?? []).map((value) => {
      const url = new URL(action);
      url.search = new URLSearchParams(fields.map(([field, now]) => [field, field === name ? value : String(now)]));
      return url;
    }),
  );
}

/**
 * Walks from `/` of `origin` and looks at each page once by `look(url, expected)`, which gives its facts. `known` says
 * of which names every page is to be seen, what is gone, and what to write into the fields of forms. Gives the pages
 * that were seen: their addresses and facts, in the order in which links lead to them.
 */
export async function crawl(look, report, origin, known) {
  const kept = new Set(known.kept);
  const [queued, seen, counts] = [new Set(), [], new Map()];
  const queue = [];
  const gone = (url) => known.dropped.some((path) => path.every((segment, at) => segments(url)[at] === segment));
  const add = (url, like, most, expected) => {
    url.hash = '';
    if (url.origin !== origin || queued.has(url.href) || (counts.get(like) ?? 0) >= most) return;
    queued.add(url.href);
    counts.set(like, (counts.get(like) ?? 0) + 1);
    queue.push({ at: queue.length, url, expected });
  };
  add(new URL('/', origin), 'start', 1);
  const visit = async ({ at, url, expected }) => {
    if (FOR_PROGRAMS.test(url.pathname)) {
      await answers(report, url);
      return;
    }
    const found = await look(url, expected);
    if (!found) return;
    // Of two that are looked at together, either may be done first.
    seen[at] = { url, found };
    const from = url.pathname + url.search;
    for (const link of found.links.filter((one) => one.origin === origin)) {
      const to = new URL(link.href);
      // History leads to what was; a page has to say that it is gone.
      add(to, shape(to, kept), ALIKE_MAX, { from, statuses: gone(to) ? [404] : [200] });
    }
    const own = ({ origin: of, pathname }) => of === origin && !FOR_PROGRAMS.test(pathname);
    for (const form of found.forms.filter(({ action }) => own(new URL(action)))) {
      // The same field stands on many pages: each text is looked for once of each kind.
      for (const to of searches(form, known.searches)) {
        add(to, `search ${kind(to)} ${to.search}`, 1, { from, statuses: SEARCH_STATUSES });
      }
    }
  };
  const within = (at, { url }) =>
    report.check(at < PAGES_MAX, 'crawl', { url: short(url.pathname) }, `more than ${PAGES_MAX} kinds of pages`);
  const under = new Set();
  for (let at = 0; at < queue.length && within(at, queue[at]); at += 1) {
    const looking = visit(queue[at]).finally(() => under.delete(looking));
    under.add(looking);
    // A page that is looked at may lead to more.
    while (under.size >= LOOKS_CONCURRENT || (under.size > 0 && at + 1 === queue.length)) await Promise.race(under);
  }
  await Promise.all(under);
  return seen.filter(Boolean);
}

/** That a link to something that is no page leads somewhere. Its body may have no end, so it is not read. */
async function answers(report, url) {
  const [where, stop] = [{ url: short(url.pathname + url.search) }, new AbortController()];
  try {
    const answer = await fetch(url, { signal: stop.signal });
    report.check(answer.ok, 'link', where, `a page leads to it, and its status is ${answer.status}`);
  } catch (error) {
    report.check(false, 'link', where, error.message);
  } finally {
    stop.abort();
  }
}
