// The walk's own test: of a site in which nothing is wrong it must find nothing, and each fault it must find, in the right
// words, and nothing beside it.

import { createServer } from 'node:http';
import { launch, profile } from './browser.mjs';
import * as checks from './checks.mjs';
import { crawl } from './crawl.mjs';
import * as keyboard from './keyboard.mjs';
import { Report } from './report.mjs';
import { HOSTILE, PAGE_FAULTS, SEEN, SITE_FAULTS, site } from './self_test_site.mjs';
import { complete, weight, withoutScript } from './whole.mjs';

const KNOWN = { kept: [HOSTILE], dropped: [['databases', 'dropped']], searches: { q: ['orders', HOSTILE] } };
const KINDS = [
  '/',
  '/find',
  '/databases/*',
  '/databases/*/tables/*',
  '/databases/*/tables/*/partitions',
  '/databases/*/tables/*/partitions/*',
];

let pages = site();
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  const { status, headers, body } = pages[pathname] ?? {
    status: 404,
    headers: { 'content-type': 'text/plain' },
    body: 'no such page',
  };
  response.writeHead(status, { ...headers, 'cache-control': 'no-store' }).end(body);
});
await new Promise((listens) => server.listen(0, '127.0.0.1', listens));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await launch();
const real = await profile(browser);
const free = await profile(browser, { bypassCSP: true });
// The crawl's own test needs no second look at each page.
const seen = (report) => crawl((url, expected) => checks.asServed(real, report, url, expected), report, origin, KNOWN);
// What a part notes that is not its own.
const beside = new Report();
const parts = {
  page: (report, path) => checks.page(real, free, report, new URL(path, origin)),
  weight: (report) => weight(browser, report, origin),
  crawl: (report) => seen(report),
  missing: async (report) => complete(report, await seen(beside), KNOWN.kept, KINDS),
  'no-script': async (report) => withoutScript(browser, report, await seen(beside)),
  keyboard: (report) => keyboard.walk(browser, report, origin),
};

const result = new Report();

/** The site as it is: every part holds, and the crawl looks at neither too many pages nor too few. */
async function goodSite() {
  for (const [part, run] of Object.entries(parts)) {
    const report = new Report();
    await run(report, '/databases/shop');
    result.check(
      report.passed > 0 && report.failures.length === 0,
      'self-test',
      { url: `${part} of the good site` },
      () => told(report),
    );
  }
  const looked = (await seen(beside)).map(({ url }) => url.pathname + url.search);
  const wanted = [...SEEN, '/find?q=orders', `/find?${new URLSearchParams({ q: HOSTILE })}`];
  result.check(
    String(looked.sort()) === String(wanted.sort()),
    'self-test',
    { url: 'the crawl' },
    () => `it looked at ${looked.join(' ')}`,
  );
}

/** The site with one fault. */
async function faulty({ part = 'page', fault, path, change, finds, failures }) {
  pages = site();
  pages[path] = change(pages[path]);
  const report = new Report();
  await parts[part](report, path);
  pages = site();
  const kinds = new Set(report.failures.map(({ kind }) => kind));
  const where = { url: fault };
  result.check(
    String([...kinds].sort()) === String(Object.keys(finds).sort()),
    'self-test',
    where,
    () => `instead of ${Object.keys(finds).join(' and ')}, the walk says: ${told(report)}`,
  );
  for (const [kind, words] of Object.entries(finds)) {
    const said = report.failures.filter((one) => one.kind === kind).map((one) => `${one.where}: ${one.why}`);
    result.check(
      said.some((text) => words.test(text)),
      'self-test',
      where,
      () => `no failure of the kind ${kind} says ${words}: ${told(report)}`,
    );
  }
  if (failures)
    result.check(
      report.failures.length === failures,
      'self-test',
      where,
      () => `${report.failures.length} failures instead of ${failures}: ${told(report)}`,
    );
}

const told = ({ failures }) =>
  failures.map(({ kind, where, why }) => `[${kind}: ${where}: ${why}]`).join(' ') || 'nothing';

try {
  await goodSite();
  for (const one of [...PAGE_FAULTS, ...SITE_FAULTS]) await faulty(one);
} finally {
  await browser.close();
  server.close();
}
result.print();
process.exitCode = result.failures.length === 0 ? 0 : 1;
