// Screenshots of the pages that have a name, on the demo: for people to look at and for the documentation.

import { mkdirSync } from 'node:fs';
import { HEIGHT, THEMES, profile } from './browser.mjs';

/** The width of each picture: a desk's in both themes, a phone's where the page is another there. */
const DESK = 1200;
const PHONE = 360;
// What is longer shows nothing new.
const HEIGHT_MAX = 2400;
const HITS = '/databases/web/tables/hits';
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

const PAGES = {
  start: '/',
  tier: '/?tier=t1',
  find: '/find?q=orders',
  database: '/databases/t1_shop',
  table: HITS,
  partitions: `${HITS}/partitions?filter=${encodeURIComponent(`dt = '${YESTERDAY}'`)}`,
  partition: `${HITS}/partitions/dt=${YESTERDAY}%2Fhour=20`,
  calendar: `${HITS}/calendar`,
  month: `${HITS}/calendar/${YESTERDAY.slice(0, 7)}`,
  'table-discovery': `${HITS}/discovery`,
  explain: `${HITS}/discovery/explain?partition=${encodeURIComponent(`dt=${YESTERDAY}/hour=20`)}`,
  connect: '/connect',
  discovery: '/discovery',
  freshness: '/freshness',
  changes: '/changes',
  acknowledge: '/acknowledge?changes=1',
  alerts: '/alerts',
  snooze: '/snooze?alerts=1',
  mute: `/mute?pattern=${encodeURIComponent('shop.*')}`,
  sources: '/sources',
  jobs: '/jobs',
  locks: '/locks',
  events: '/events',
  server: '/server',
  api: '/api',
};
/** Of these there is a phone's picture too. */
const ON_A_PHONE = ['table', 'calendar', 'changes'];

/** Writes `NAME-THEME.png` for each page, and `NAME-phone.png` for some. A page that is none is a failure. */
export async function draw(browser, report, origin, folder) {
  mkdirSync(folder, { recursive: true });
  const context = await profile(browser);
  const tab = await context.newPage();
  for (const [name, path] of Object.entries(PAGES)) {
    const answer = await tab.goto(origin + path, { waitUntil: 'load' });
    report.check(answer?.ok(), 'picture', { url: path }, `it is answered with ${answer?.status()}`);
    const shots = THEMES.map((theme) => ({ file: `${name}-${theme}`, width: DESK, theme }));
    if (ON_A_PHONE.includes(name)) shots.push({ file: `${name}-phone`, width: PHONE, theme: THEMES[0] });
    for (const { file, width, theme } of shots) {
      await tab.setViewportSize({ width, height: HEIGHT });
      await tab.emulateMedia({ colorScheme: theme });
      const height = Math.min(HEIGHT_MAX, await tab.evaluate(() => document.documentElement.scrollHeight));
      await tab.screenshot({ path: `${folder}/${file}.png`, fullPage: true, clip: { x: 0, y: 0, width, height } });
    }
  }
  await context.close();
}
