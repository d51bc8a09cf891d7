// The browser: Debian's own, driven by a library that brings none. Its modules lie outside of the checkout, so they are
// asked for by their folder (PAGE_WALK_MODULES).

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.PAGE_WALK_MODULES}/`);
const { chromium } = require('playwright-core');

/** The text of axe-core, which is run inside of pages. */
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const THEMES = ['light', 'dark'];
export const WIDTHS = [1440, 768, 360];
export const HEIGHT = 900;

// A page of a server under test answers within seconds, even where it was compiled without optimization.
const ANSWER_MS = 20_000;

/** Starts a browser that finds no host but this one: what a page asks of another fails, and goes nowhere. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  });
}

/** A fresh profile: no cache, no history. */
export async function profile(browser, settings = {}) {
  const context = await browser.newContext({
    viewport: { width: WIDTHS[0], height: HEIGHT },
    colorScheme: THEMES[0],
    // What moves would be judged half way.
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...settings,
  });
  context.setDefaultTimeout(ANSWER_MS);
  return context;
}
