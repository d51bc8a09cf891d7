// People who use no mouse: from the start page to one partition by nothing but Tab and Enter.

import { profile } from './browser.mjs';
import { segments } from './crawl.mjs';
import { short } from './report.mjs';

const TABS_MAX = 200;
const DATABASE = ['databases', 'shop'];
const TABLE = [...DATABASE, 'tables', 'orders'];
const PARTITIONS = [...TABLE, 'partitions'];

/** The links to be found, by what they lead to and what they are called. */
const STEPS = [
  { what: 'the database shop', leads: (path) => same(path, DATABASE), name: /\bshop\b/ },
  { what: 'the table orders', leads: (path) => same(path, TABLE), name: /\borders\b/ },
  { what: 'the partitions of orders', leads: (path) => same(path, PARTITIONS), name: /partition/i },
  {
    what: 'one partition',
    leads: (path) => path.length === PARTITIONS.length + 1 && same(path.slice(0, -1), PARTITIONS),
    // Its name or one of its values: `dt=2026-11-22/hour=10`, `10`.
    name: /\d/,
  },
];

const same = (path, other) => path.length === other.length && path.every((segment, at) => segment === other[at]);

/** Walks them all, one page after the other; behind a link that is not found nothing can be looked for. */
export async function walk(browser, report, origin) {
  const context = await profile(browser);
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  try {
    await tab.goto(origin, { waitUntil: 'load' });
    for (const step of STEPS) {
      const where = { url: short(new URL(tab.url()).pathname) };
      const { tabs, href, met } = await find(tab, devtools, step);
      const why = () =>
        met.length ? `it is called ${short(JSON.stringify([...new Set(met)]))}` : 'nothing leads there';
      const held = report.check(href, 'keyboard', where, () => `no link to ${step.what} in ${TABS_MAX} tabs: ${why()}`);
      if (!held) return;
      await tab.keyboard.press('Enter');
      try {
        await tab.waitForURL((url) => step.leads(segments(url)), { waitUntil: 'load' });
      } catch {
        report.check(false, 'keyboard', where, `Enter on the link to ${step.what} leads to ${short(tab.url())}`);
        return;
      }
      console.log(`keyboard: ${step.what} after ${tabs} tabs`);
    }
  } finally {
    await context.close();
  }
}

/** Presses Tab until a link has the focus that leads to where the step wants and is called as it should be. */
async function find(tab, devtools, step) {
  const met = [];
  for (let tabs = 1; tabs <= TABS_MAX; tabs += 1) {
    await tab.keyboard.press('Tab');
    const href = await tab.evaluate(() => document.activeElement?.href || '');
    if (typeof href !== 'string' || !URL.canParse(href) || !step.leads(segments(new URL(href)))) continue;
    const { role, name } = await called(devtools);
    if (role === 'link' && step.name.test(name)) return { tabs, href, met };
    met.push(name);
  }
  return { met };
}

/** Role and name of what has the focus, as the browser tells them to screen readers. */
async function called(devtools) {
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await devtools.send('Accessibility.getPartialAXTree', {
    objectId: result.objectId,
    fetchRelatives: false,
  });
  return { role: nodes[0]?.role?.value ?? '', name: nodes[0]?.name?.value ?? '' };
}
