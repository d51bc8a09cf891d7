// Listens to a tab while it loads and is looked at: what its console says, what it asks for, what its policy forbade.

import { short } from './report.mjs';

/** Starts to listen; `judge` of the answer notes what was heard. */
export async function watch(tab, target, statuses) {
  const heard = { console: [], origin: [], request: [], dialog: [], script: [] };
  tab.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // The browser reports every page that is not answered with 200; where that is right, it is no fault.
    const itself = message.location().url === target.href && message.text().startsWith('Failed to load resource');
    if (itself && statuses.some((status) => message.text().includes(` ${status} `))) return;
    heard.console.push(`${message.type()}: ${short(message.text(), 300)} (${short(message.location().url)})`);
  });
  tab.on('pageerror', (error) => heard.script.push(short(error.message, 300)));
  tab.on('dialog', async (dialog) => {
    heard.dialog.push(`a dialog: ${short(dialog.message())}`);
    await dialog.dismiss();
  });
  const foreign = (request) => /^(https?|wss?):/.test(request.url()) && new URL(request.url()).origin !== target.origin;
  tab.on('request', (request) => {
    if (foreign(request)) heard.origin.push(`asks for ${short(request.url())}`);
  });
  tab.on('requestfailed', (request) => {
    // What the policy forbade, its violation tells.
    if (!foreign(request) && request.failure()?.errorText !== 'csp')
      heard.request.push(`${short(request.url())}: ${request.failure()?.errorText}`);
  });
  await tab.addInitScript(() => {
    globalThis.pageWalkViolations = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample, lineNumber }) => {
      globalThis.pageWalkViolations.push(`${effectiveDirective} forbids ${blockedURI} of line ${lineNumber} ${sample}`);
    });
  });
  return {
    async judge(report, where) {
      const violations = await tab.evaluate(() => globalThis.pageWalkViolations);
      // The console repeats each violation; what it says of the policy beside them is about the policy itself.
      const said = heard.console.filter((text) => violations.length === 0 || !text.includes('Content Security Policy'));
      report.none(
        violations.map((text) => short(text, 300)),
        'violation',
        where,
      );
      report.none(said, 'console', where);
      report.none(heard.script, 'script', where);
      report.none(heard.dialog, 'dialog', where);
      report.none(heard.origin, 'origin', where);
      report.none(heard.request, 'request', where);
    },
  };
}
