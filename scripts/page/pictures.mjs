// Screenshots of the pages that have a name, for people to look at and for the documentation.

import { mkdirSync } from 'node:fs';
import { HEIGHT, THEMES, profile } from './browser.mjs';

const WIDTHS = [1440, 360];
// What is longer shows nothing new.
const HEIGHT_MAX = 3000;
const ORDERS = '/databases/shop/tables/orders';

/** Writes `NAME-WIDTH-THEME.png` for each page that there is. `partition` is the path of one partition. */
export async function draw(browser, origin, folder, partition) {
  const pages = {
    start: '/',
    find: '/find?q=orders',
    database: '/databases/shop',
    table: ORDERS,
    partitions: `${ORDERS}/partitions`,
    partition,
    calendar: `${ORDERS}/calendar`,
    month: `${ORDERS}/calendar/${new Date().toISOString().slice(0, 7)}`,
    connect: '/connect',
    discovery: '/discovery',
    changes: '/changes',
    alerts: '/alerts',
    sources: '/sources',
    jobs: '/jobs',
    locks: '/locks',
    events: '/events',
    server: '/server',
  };
  mkdirSync(folder, { recursive: true });
  const context = await profile(browser);
  const tab = await context.newPage();
  for (const [name, path] of Object.entries(pages)) {
    const answer = path && (await tab.goto(origin + path, { waitUntil: 'load' }));
    if (!answer?.ok() || !/^text\/html\b/.test(answer.headers()['content-type'] ?? '')) {
      console.log(`no picture of ${name}: ${path ?? 'there'} is no page`);
      continue;
    }
    for (const width of WIDTHS) {
      await tab.setViewportSize({ width, height: HEIGHT });
      for (const theme of THEMES) {
        await tab.emulateMedia({ colorScheme: theme });
        const height = Math.min(HEIGHT_MAX, await tab.evaluate(() => document.documentElement.scrollHeight));
        const clip = { x: 0, y: 0, width, height };
        await tab.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: true, clip });
      }
    }
  }
  await context.close();
}
