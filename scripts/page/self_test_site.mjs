// A small site in which nothing is wrong, and the ways to break it. Each fault says what the walk must find in it: the
// kind of the failure and some of its words, and nothing of another kind.

/** A name that is escaped everywhere, and stands in a path. */
export const HOSTILE = '<script>alert(1)</script>';
const HOSTILE_PATH = `/databases/${encodeURIComponent(HOSTILE)}`;
const SHOP = '/databases/shop';
const ORDERS = `${SHOP}/tables/orders`;
const PARTITIONS = `${ORDERS}/partitions`;
/** More of a kind than the crawl looks at. */
const HOURS = Array.from({ length: 12 }, (_, hour) => `${PARTITIONS}/dt=2026-11-22%2Fhour=${hour}`);
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const list = (links) =>
  `<ul>${links.map(([href, text]) => `<li><a href="${escaped(href)}">${escaped(text)}</a></li>`).join('')}</ul>`;

const html = (title, body) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="/dot.svg">
<style>
body { font: 16px/1.5 sans-serif; color: #222; background: #fff; overflow-wrap: anywhere }
.skip:not(:focus) { position: absolute; left: -999px }
li { margin: 1rem 0 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } a { color: #9bf } }
</style>
</head>
<body>
<a class="skip" href="#main">To the main part</a>
<header><form action="/find" role="search"><label>Find <input type="search" name="q"></label> <button>Find</button></form></header>
<main id="main">
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;

const good = (title, body) => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
  body: html(title, body),
});
const file = (type, body) => ({ status: 200, headers: { 'content-type': type }, body });

/** The pages by their paths. Queries are not looked at. */
export function site() {
  return {
    '/': good(
      'skep',
      list([
        [SHOP, 'shop'],
        [HOSTILE_PATH, HOSTILE],
        ['/metrics', 'metrics'],
        ['https://example.invalid/', 'elsewhere'],
      ]),
    ),
    '/find': good('Found', '<p>None is found.</p>'),
    [SHOP]: good('shop', list([[ORDERS, 'orders']])),
    [HOSTILE_PATH]: good(HOSTILE, '<p>Empty.</p>'),
    [ORDERS]: good('orders', list([[PARTITIONS, '12 partitions']])),
    [PARTITIONS]: good('Partitions of orders', list(HOURS.map((path, hour) => [path, `dt=2026-11-22/hour=${hour}`]))),
    ...Object.fromEntries(HOURS.map((path) => [path, good('A partition', list([[ORDERS, 'orders']]))])),
    '/metrics': file('text/plain', 'up 1\n'),
    '/error.js': file('text/javascript', 'console.error("it broke")'),
    '/warning.js': file('text/javascript', 'console.warn("it may break")'),
    '/throws.js': file('text/javascript', 'throw new Error("thrown")'),
    '/dialog.js': file('text/javascript', 'alert("hello")'),
    '/heading.js': file('text/javascript', 'document.querySelector("h1").textContent = "written by a script"'),
    '/dot.svg': file('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  };
}

/** What the crawl of the good site has to see: two of the hours, and the search as often as it is told texts. */
export const SEEN = ['/', SHOP, HOSTILE_PATH, ORDERS, PARTITIONS, ...HOURS.slice(0, 2)];

const adds = (more) => (page) => ({ ...page, body: page.body.replace('</main>', `${more}</main>`) });
const edits = (from, to) => (page) => ({ ...page, body: page.body.replace(from, to) });
const policy = (text) => (page) => ({ ...page, headers: { ...page.headers, 'content-security-policy': text } });
const answers = (status) => (page) => ({ ...page, status });

/** Faults of one page. */
export const PAGE_FAULTS = [
  {
    fault: 'a wide element',
    change: adds('<div style="width: 2000px">wide</div>'),
    finds: { overflow: /light, 1440 px.* px too wide, by <div style/ },
  },
  {
    fault: 'an element that is wide on small screens in the dark alone',
    change: adds(
      '<style>@media (max-width: 400px) and (prefers-color-scheme: dark) { .w { width: 500px } }</style><div class="w">wide</div>',
    ),
    finds: { overflow: /dark, 360 px.*class="w"/ },
    failures: 1,
  },
  {
    fault: 'something wide that is folded',
    change: adds('<details><summary>more</summary><div style="width: 3000px">wide</div></details>'),
    finds: { overflow: /3000px/ },
  },
  {
    fault: 'an error in the console',
    change: adds('<script src="/error.js"></script>'),
    finds: { console: /error: it broke/ },
    failures: 1,
  },
  {
    fault: 'a warning in the console',
    change: adds('<script src="/warning.js"></script>'),
    finds: { console: /warning: it may break/ },
    failures: 1,
  },
  {
    fault: 'a script that throws',
    change: adds('<script src="/throws.js"></script>'),
    finds: { script: /thrown/ },
    failures: 1,
  },
  {
    fault: 'a dialog',
    change: adds('<script src="/dialog.js"></script>'),
    finds: { dialog: /a dialog: hello/ },
    failures: 1,
  },
  {
    fault: 'an inline script',
    change: adds('<script>document.title = "mine"</script>'),
    finds: { violation: /script-src-elem forbids inline/ },
    failures: 1,
  },
  {
    fault: 'a handler in an attribute',
    change: adds('<img src="/dot.svg" alt="a dot" onload="document.title = 1">'),
    finds: { violation: /script-src-attr forbids inline/ },
    failures: 1,
  },
  {
    fault: 'a policy with unsafe-inline',
    change: policy("default-src 'self' 'unsafe-inline'"),
    finds: { policy: /'unsafe-inline'/ },
    failures: 1,
  },
  {
    fault: 'a policy with unsafe-eval',
    change: policy(POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")),
    finds: { policy: /script-src.*'unsafe-eval'/ },
    failures: 1,
  },
  {
    fault: 'a policy that lets scripts of all hosts in',
    change: policy("style-src 'unsafe-inline'; script-src https:"),
    finds: { policy: /has https:/ },
    failures: 1,
  },
  {
    fault: 'a policy that says nothing of scripts',
    change: policy("style-src 'unsafe-inline'"),
    finds: { policy: /neither script-src nor default-src/ },
    failures: 1,
  },
  {
    fault: 'a policy that is no policy',
    change: policy(`${POLICY}; no-such-directive x`),
    finds: { console: /Unrecognized Content-Security-Policy directive/ },
    failures: 1,
  },
  {
    fault: 'no policy',
    change: ({ headers: { 'content-type': type }, ...page }) => ({ ...page, headers: { 'content-type': type } }),
    finds: { policy: /no Content-Security-Policy/ },
    failures: 1,
  },
  {
    fault: 'a picture of another host',
    change: (page) =>
      adds('<img src="http://example.invalid/dot.png" alt="a dot">')(
        policy(POLICY.replace("img-src 'self'", 'img-src *'))(page),
      ),
    finds: { origin: /asks for http:\/\/example\.invalid\/dot\.png/, console: /ERR_NAME_NOT_RESOLVED/ },
    failures: 2,
  },
  {
    fault: 'a picture that the policy forbids',
    change: adds('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="a dot">'),
    finds: { violation: /img-src forbids data/ },
    failures: 1,
  },
  {
    fault: 'a picture that is not there',
    change: adds('<img src="/no-such.png" alt="a dot">'),
    finds: { console: /404.*no-such\.png/ },
    failures: 1,
  },
  { fault: 'a picture without a text', change: adds('<img src="/dot.svg">'), finds: { axe: /image-alt/ }, failures: 1 },
  {
    fault: 'a field without a label',
    change: adds('<form action="/find"><input name="q"></form>'),
    finds: { axe: /label, 1 times/ },
    failures: 1,
  },
  {
    fault: 'a text too pale in the dark',
    change: adds('<style>@media (prefers-color-scheme: dark) { .p { color: #333 } }</style><p class="p">pale</p>'),
    finds: { axe: /dark, 1440 px.*color-contrast/ },
    failures: 1,
  },
  {
    fault: 'a value that is not there',
    change: adds('<p>42 of undefined files</p>'),
    finds: { text: /undefined: ….*42 of undefined files/ },
    failures: 1,
  },
  { fault: 'an Option that is empty', change: adds('<p>owner None</p>'), finds: { text: /None/ }, failures: 1 },
  { fault: 'an Option', change: adds('<p>owner Some("ingest")</p>'), finds: { text: /Some\(/ }, failures: 1 },
  {
    fault: 'a number that is none',
    change: adds('<details><summary>size</summary>NaN bytes</details>'),
    finds: { text: /NaN/ },
    failures: 1,
  },
  {
    fault: 'two h1',
    change: adds('<h1>another</h1>'),
    finds: { h1: /2 h1 instead of one: shop \| another/ },
    failures: 1,
  },
  { fault: 'no title', change: edits(/<title>.*<\/title>/, ''), finds: { title: /no title/, axe: /document-title/ } },
  {
    fault: 'no language',
    change: edits('<html lang="en">', '<html>'),
    finds: { lang: /no lang/, axe: /html-has-lang/ },
  },
  {
    fault: 'no main part',
    change: edits(/<(\/?)main/g, '<$1div'),
    finds: { main: /0 main/, 'skip-link': /no link to the main part/, axe: /landmark-one-main/ },
  },
  {
    fault: 'no skip link',
    change: edits(/<a class="skip".*<\/a>/, ''),
    finds: { 'skip-link': /the first focusable is <input/ },
    failures: 1,
  },
  {
    fault: 'a skip link that is never seen',
    change: edits('.skip:not(:focus)', '.skip'),
    finds: { 'skip-link': /not to be seen/ },
    failures: 1,
  },
  {
    fault: 'a skip link to nowhere',
    change: edits('href="#main"', 'href="#mian"'),
    finds: { 'skip-link': /no link to the main/, fragment: /#mian/, axe: /skip-link|region/ },
  },
  {
    fault: 'a link that runs a script',
    change: adds('<a href="javascript:alert(1)">run</a>'),
    finds: { scheme: /javascript:/ },
    failures: 1,
  },
  {
    fault: 'a name that is not escaped',
    change: edits('<h1>shop</h1>', `<h1>shop ${HOSTILE}</h1>`),
    finds: { violation: /script-src-elem forbids inline/ },
    failures: 1,
  },
  { fault: 'a server that fails', change: answers(500), finds: { status: /status 500 instead of 200/ }, failures: 1 },
  {
    fault: 'a page that is none',
    change: (page) => ({ ...page, headers: { ...page.headers, 'content-type': 'application/problem+json' } }),
    finds: { type: /application\/problem\+json instead of text\/html/ },
    failures: 1,
  },
];
for (const one of PAGE_FAULTS) one.path = SHOP;

/** Faults of the site, found by a part of the walk that looks at more than one page. */
export const SITE_FAULTS = [
  {
    part: 'weight',
    fault: 'a start page of 70 KiB',
    path: '/',
    change: adds(`<p>${'heavy '.repeat(12_000)}</p>`),
    finds: { weight: /is 7\d\.\d KiB, more than 60/ },
  },
  {
    part: 'crawl',
    fault: 'a link to a page that is gone',
    path: '/',
    change: edits('</ul>', '<li><a href="/databases/gone">gone</a></li></ul>'),
    finds: { status: /\/databases\/gone: status 404 instead of 200, where \/ leads/, type: /text\/plain/ },
  },
  {
    part: 'crawl',
    fault: 'a link to metrics that fail',
    path: '/metrics',
    change: answers(503),
    finds: { link: /\/metrics.*503/ },
  },
  {
    part: 'crawl',
    fault: 'a fault behind a form',
    path: '/find',
    change: adds('<h1>another</h1>'),
    finds: { h1: /\/find\?q=orders: 2 h1/ },
    failures: 2,
  },
  {
    part: 'crawl',
    fault: 'a fault of a hostile name',
    path: HOSTILE_PATH,
    change: adds(HOSTILE),
    finds: { violation: /%3Cscript/ },
  },
  {
    part: 'missing',
    fault: 'a page that nothing leads to',
    path: ORDERS,
    change: edits(/<ul>.*<\/ul>/, ''),
    finds: { missing: /\/databases\/\*\/tables\/\*\/partitions: no link/ },
    failures: 2,
  },
  {
    part: 'missing',
    fault: 'a link that a name cuts',
    path: '/',
    change: edits(`"${HOSTILE_PATH}"`, '"/databases/shop?"'),
    finds: { missing: /<script>.*: no link led to a page of this name/ },
    failures: 1,
  },
  {
    part: 'no-script',
    fault: 'a heading that a script writes',
    path: SHOP,
    change: adds('<script src="/heading.js"></script>'),
    finds: { 'no-script': /its h1 is shop without JavaScript, and written by a script/ },
  },
  {
    part: 'keyboard',
    fault: 'a link that Tab does not reach',
    path: SHOP,
    change: edits('<a href="/databases', '<a tabindex="-1" href="/databases'),
    finds: { keyboard: /\/databases\/shop: no link to the table orders in 200 tabs: nothing leads there/ },
  },
  {
    part: 'keyboard',
    fault: 'a link whose name is hidden',
    path: ORDERS,
    change: edits(/(<a href="\/databases[^>]*)>/, '$1 aria-label="more">'),
    finds: { keyboard: /no link to the partitions of orders .*it is called \["more"\]/ },
  },
  {
    part: 'keyboard',
    fault: 'a page that keeps the focus',
    path: PARTITIONS,
    change: edits('<ul>', `<ul>${'<li><a href="/metrics">metrics</a></li>'.repeat(250)}`),
    finds: { keyboard: /no link to one partition in 200 tabs/ },
  },
];
