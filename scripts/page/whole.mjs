// What is asked of the pages together: the weight of the first, all of them without JavaScript, that none is missing.

import { profile } from './browser.mjs';
import { kind, segments } from './crawl.mjs';
import { short } from './report.mjs';

const FIRST_LOAD_BYTES_MAX = 60 * 1024;

/** Kinds of pages that links have to lead to. */
export const KINDS = [
  '/',
  '/find',
  '/databases/*',
  '/databases/*/tables/*',
  '/databases/*/tables/*/partitions',
  '/databases/*/tables/*/partitions/*',
  '/databases/*/tables/*/discovery',
  '/databases/*/tables/*/calendar',
  '/databases/*/tables/*/calendar/*',
  '/connect',
  '/api',
  '/discovery',
  '/freshness',
  '/changes',
  '/alerts',
  '/mute',
  '/sources',
  '/jobs',
  '/locks',
  '/events',
  '/server',
];

/** The bytes on the wire of the first visit, headers and all. */
export async function weight(browser, report, origin) {
  const context = await profile(browser);
  const tab = await context.newPage();
  const requests = [];
  tab.on('requestfinished', (request) => requests.push(request));
  await tab.goto(origin, { waitUntil: 'networkidle' });
  let bytes = 0;
  for (const request of requests) {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  }
  await context.close();
  const kib = (bytes / 1024).toFixed(1);
  console.log(`first load of /: ${kib} KiB in ${requests.length} requests`);
  report.check(
    bytes <= FIRST_LOAD_BYTES_MAX,
    'weight',
    { url: '/' },
    `its first load is ${kib} KiB, more than ${FIRST_LOAD_BYTES_MAX / 1024}`,
  );
}

/** That the first page of each kind says the same where scripts do not run. */
export async function withoutScript(browser, report, seen) {
  const context = await profile(browser, { javaScriptEnabled: false });
  for (const [, { url, found }] of firsts(seen)) {
    const tab = await context.newPage();
    const where = { url: short(url.pathname + url.search) };
    try {
      await tab.goto(url.href, { waitUntil: 'load' });
      const h1 = (await tab.locator('h1').allInnerTexts()).map((text) => text.trim());
      const why = () =>
        `its h1 is ${short(h1.join(' | ')) || 'missing'} without JavaScript, and ${short(found.h1.join(' | '))} with it`;
      report.check(h1.join('|') === found.h1.join('|'), 'no-script', where, why);
    } catch (error) {
      report.check(false, 'no-script', where, short(error.message, 300));
    }
    await tab.close();
  }
  await context.close();
}

/** That the crawl met each kind of page, and a page of each name: a link that a name cuts may lead somewhere else. */
export function complete(report, seen, names, kinds = KINDS) {
  const met = firsts(seen);
  for (const one of kinds) report.check(met.has(one), 'missing', { url: one }, 'no link or form led to such a page');
  const named = new Set(seen.map(({ url }) => segments(url).at(-1)));
  for (const name of names) {
    report.check(named.has(name), 'missing', { url: short(name) }, 'no link led to a page of this name');
  }
}

function firsts(seen) {
  const met = new Map();
  for (const one of seen) {
    if (!met.has(kind(one.url))) met.set(kind(one.url), one);
  }
  return met;
}
