// The walk: fills the server, then asks everything of its pages. scripts/page-walk starts it.
//
// usage: node walk.mjs ORIGIN VISITS
//   ORIGIN    http://127.0.0.1:PORT of a server without any content
//   VISITS    the location of a folder of days, which a table's discovery finds

import { launch, profile } from './browser.mjs';
import * as checks from './checks.mjs';
import { fill } from './content.mjs';
import { crawl, kind } from './crawl.mjs';
import * as keyboard from './keyboard.mjs';
import * as live from './live.mjs';
import { Report } from './report.mjs';
import { complete, weight, withoutScript } from './whole.mjs';

/** Addresses that people keep for longer than what they lead to: a page says that it is gone. */
const GONE = [
  '/databases/no_such_database',
  '/databases/shop/tables/no_such_table',
  '/databases/shop/tables/orders/partitions/dt=1999-01-01%2Fhour=0',
];

const [origin, visits] = process.argv.slice(2);
const report = new Report();
const known = await fill(origin, visits);
const browser = await launch();
try {
  await weight(browser, report, origin);
  const real = await profile(browser);
  const free = await profile(browser, { bypassCSP: true });
  const look = (url, expected) => checks.page(real, free, report, url, expected);
  const seen = await crawl(look, report, origin, known);
  for (const path of GONE) await look(new URL(path, origin), { statuses: [404] });
  console.log(`${seen.length} pages of ${new Set(seen.map(({ url }) => kind(url))).size} kinds`);
  complete(report, seen, known.kept);
  await withoutScript(browser, report, seen);
  await keyboard.walk(browser, report, origin);
  await live.walk(browser, report, origin);
} finally {
  await browser.close();
}
report.print();
process.exitCode = report.failures.length === 0 ? 0 : 1;
