// What is asked of each page. It is loaded twice: first as people get it, with its Content-Security-Policy in force, then
// once more for axe-core, with the policy out of the way of what the walk injects.

import { AXE, HEIGHT, THEMES, WIDTHS } from './browser.mjs';
import { watch } from './listen.mjs';
import { short } from './report.mjs';
import { facts, focused, overflow, uncover } from './in_page.mjs';

// Words of languages that a person never wrote: what a template or a script made of a value that is not there.
// A sentence may begin with "None is", and a header is called If-None-Match.
const LEAKS = /\bundefined\b|(?<!If-)\bNone\b(?! (?:is|are|was|were|has|have|of)\b)|\bSome\(|\bNaN\b/;
// Schemes of links that run or show what a name says instead of leading somewhere.
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
// All of axe once; what a theme or a width may change once more.
const AXE_RUNS = [
  { theme: 'light', width: WIDTHS[0] },
  { theme: 'dark', width: WIDTHS[0], rules: ['color-contrast'] },
  { theme: 'light', width: WIDTHS[2], rules: ['scrollable-region-focusable'] },
];

/**
 * Looks at one page in both ways. `real` and `free` are profiles with and without the page's policy in force; what is
 * expected is its status, and `from` the page that led here.
 * Gives its facts (h1, links, forms), or nothing where it is no page.
 */
export async function page(real, free, report, target, expected) {
  const found = await asServed(real, report, target, expected);
  if (found) await accessible(free, report, target);
  return found;
}

/** The first way, which finds all but what axe-core knows. */
export async function asServed(real, report, target, { statuses = [200], from } = {}) {
  const where = place(target);
  const tab = await real.newPage();
  try {
    return await judged(tab, report, where, target, statuses, from);
  } catch (error) {
    report.check(false, 'load', where, short(error.message, 300));
    return undefined;
  } finally {
    await tab.close();
  }
}

const place = (target) => ({ url: short(target.pathname + target.search, 400) });

async function judged(tab, report, where, target, statuses, from) {
  const events = await watch(tab, target, statuses);
  const answer = await tab.goto(target.href, { waitUntil: 'load' });
  const [status, headers] = [answer.status(), answer.headers()];
  const type = headers['content-type'] ?? 'no Content-Type';
  // Of what is no page, nothing more can be said.
  const right = report.check(
    statuses.includes(status),
    'status',
    where,
    `status ${status} instead of ${statuses.join(' or ')}${from ? `, where ${short(from, 400)} leads` : ''}`,
  );
  if (!report.check(/^text\/html\b/.test(type), 'type', where, `${type} instead of text/html`) || !right)
    return undefined;
  report.none(policyFaults(headers['content-security-policy']), 'policy', where);
  await skipLink(tab, report, where);
  await tab.evaluate(uncover);
  const found = await tab.evaluate(facts);
  structure(report, where, found);
  for (const theme of THEMES) {
    await tab.emulateMedia({ colorScheme: theme });
    for (const width of WIDTHS) {
      await tab.setViewportSize({ width, height: HEIGHT });
      const { over, widest } = await tab.evaluate(overflow);
      report.check(
        over <= 0,
        'overflow',
        { ...where, theme, width },
        () => `${over} px too wide, by ${short(widest, 300)}`,
      );
    }
  }
  await events.judge(report, where);
  return found;
}

/** What of a Content-Security-Policy lets scripts in that the server did not write. */
export function policyFaults(header) {
  if (!header) return ['no Content-Security-Policy'];
  // A header may hold several policies, of which all are in force; skep has no reason for more than one.
  const directives = new Map(
    header
      .split(';')
      .map((text) => text.trim().split(/\s+/))
      .filter(([name]) => name)
      .map(([name, ...sources]) => [name.toLowerCase(), sources]),
  );
  const faults = [];
  for (const name of ['script-src', 'script-src-elem', 'script-src-attr']) {
    const sources = directives.get(name) ?? (name === 'script-src' ? directives.get('default-src') : []);
    if (!sources) faults.push('neither script-src nor default-src in the Content-Security-Policy');
    for (const source of sources ?? []) {
      if (/^('unsafe-|\*$|https?:$|data:|blob:)/i.test(source))
        faults.push(`${name} of the Content-Security-Policy has ${source}`);
    }
  }
  return faults;
}

/** The first thing that Tab reaches leads past the navigation, and is to be seen while it has the focus. */
async function skipLink(tab, report, where) {
  await tab.keyboard.press('Tab');
  const { what, fragment, leads, seen } = await tab.evaluate(focused);
  const held = report.check(
    fragment && leads,
    'skip-link',
    where,
    () => `the first focusable is ${short(what)}, no link to the main part`,
  );
  if (held) report.check(seen, 'skip-link', where, 'the skip link is not to be seen while it has the focus');
}

function structure(report, where, found) {
  report.check(
    found.h1.length === 1,
    'h1',
    where,
    () => `${found.h1.length} h1 instead of one: ${short(found.h1.join(' | '))}`,
  );
  report.check(found.title.trim() !== '', 'title', where, 'no title');
  report.check(found.lang !== '', 'lang', where, 'html has no lang');
  report.check(found.mains === 1, 'main', where, `${found.mains} main landmarks instead of one`);
  const leak = LEAKS.exec(found.text);
  report.check(
    !leak,
    'text',
    where,
    () => `it says ${leak[0]}: …${short(found.text.slice(Math.max(0, leak.index - 40), leak.index + 40))}…`,
  );
  const schemes = found.links.map(({ href }) => new URL(href).protocol).filter((scheme) => !SCHEMES.has(scheme));
  report.none(
    [...new Set(schemes)].map((scheme) => `a link with ${scheme}`),
    'scheme',
    where,
  );
  report.none(
    found.nowhere.map((href) => `a link to ${short(href)}, which the page does not have`),
    'fragment',
    where,
  );
}

/** The second way: axe-core, in both themes. */
async function accessible(free, report, target) {
  const where = place(target);
  const tab = await free.newPage();
  try {
    await tab.goto(target.href, { waitUntil: 'load' });
    await tab.evaluate(uncover);
    await tab.evaluate(AXE);
    for (const { theme, width, rules } of AXE_RUNS) {
      await tab.emulateMedia({ colorScheme: theme });
      await tab.setViewportSize({ width, height: HEIGHT });
      const violations = await tab.evaluate(async (only) => {
        const runOnly = only && { type: 'rule', values: only };
        const { violations: found } = await globalThis.axe.run(document, {
          resultTypes: ['violations'],
          ...(runOnly && { runOnly }),
        });
        return found.map(({ id, help, nodes }) => ({
          id,
          help,
          count: nodes.length,
          first: nodes[0].html,
          why: nodes[0].failureSummary,
        }));
      }, rules);
      report.none(
        violations.map(
          ({ id, help, count, first, why }) =>
            `${id}, ${count} times (${help}), first ${short(first)}: ${short(why, 240)}`,
        ),
        'axe',
        { ...where, theme, width },
      );
    }
  } catch (error) {
    report.check(false, 'load', where, short(error.message, 300));
  } finally {
    await tab.close();
  }
}
