// The pages of the demo: what people see first, looked at as everything else, or drawn.
//
// usage: node demo.mjs ORIGIN [PICTURES]
//   ORIGIN    http://127.0.0.1:PORT of a server of `skep serve --demo`
//   PICTURES  a folder: nothing is judged, and screenshots of each page are written there

import { launch, profile } from './browser.mjs';
import * as checks from './checks.mjs';
import { crawl, kind } from './crawl.mjs';
import { draw } from './pictures.mjs';
import { Report } from './report.mjs';
import { complete } from './whole.mjs';

/** Databases and tables of which every page is to be seen. */
const KEPT = ['web', 'hits'];

const [origin, pictures] = process.argv.slice(2);
const report = new Report();
const browser = await launch();
try {
  if (pictures) {
    await draw(browser, report, origin, pictures);
  } else {
    const real = await profile(browser);
    const free = await profile(browser, { bypassCSP: true });
    const look = (url, expected) => checks.page(real, free, report, url, expected);
    const searches = { q: ['orders'], filter: ["dt > '2000-01-01'"], partition: ['dt=2000-01-01/hour=00'] };
    const seen = await crawl(look, report, origin, { kept: KEPT, dropped: [], searches });
    console.log(`${seen.length} pages of the demo, of ${new Set(seen.map(({ url }) => kind(url))).size} kinds`);
    complete(report, seen, KEPT);
  }
} finally {
  await browser.close();
}
report.print();
process.exitCode = report.failures.length === 0 ? 0 : 1;
