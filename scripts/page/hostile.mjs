// Names and texts that a careless page lets through as markup, links or a broken layout. The server takes each of them
// over REST; the crawl visits every page whose path holds one of the names.

const RIGHT_TO_LEFT = '\u202e';
const ZERO_WIDTH = '\u200b';

/** Markup that tells of itself when it is not escaped: by a dialog, a request or an element too many. */
export const MARKUP = '<script>alert("text")</script><img src=x onerror=alert(1)><h1>not a heading</h1></main>';

/** 64 KiB without a place to break the line. */
export const LONG_TEXT = `${MARKUP} ${'unbroken'.repeat(8192)}`.slice(0, 65536);

export const MIXED_TEXT = `"quoted" 'text' & <b>bold</b> &amp; ${RIGHT_TO_LEFT}txt.exe ${ZERO_WIDTH}🐝 naïve\n\n\ttab {{7*7}} ]]> --> %00`;

/** What Markdown could make of it: foreign pictures, scripts behind links, headings beside the page's own, wide things. */
export const MARKDOWN = `# A heading of its own

Sales of the *shop*, **by day**. See [the runbook](https://example.invalid/runbook?a=1&b=2).

## Columns

| column | meaning | ${'wide '.repeat(30)} |
|---|---|---|
| id | number of the order | |

- one
- two with \`code\`

1. first
2. second

\`\`\`sql
SELECT ${'a_very_long_column_name, '.repeat(20)} FROM shop.orders -- <script>alert(1)</script>
\`\`\`

> A quotation & more.

[a script](javascript:alert(1)) [data](data:text/html,<script>alert(1)</script>) ![a picture](http://example.invalid/pixel.png)
<script>alert("markdown")</script> <img src="http://example.invalid/pixel.png" onerror="alert(1)"> <iframe src="/"></iframe>
<style>body { display: none }</style>

${'unbroken'.repeat(300)} ${RIGHT_TO_LEFT}reversed
`;

/** Names of databases and tables are printable ASCII; these are the worst of it. */
export const NAMES = [
  '<script>alert(1)</script>',
  `"><img src=x onerror=alert(1)>'`,
  'it\'s & "co" &lt;',
  '100%25 sure?/#x=1&y=2;z',
  // About the longest whose directory a file system takes.
  'x'.repeat(250),
];

/** Values of partitions may be any text. */
export const VALUES = [
  '<script>alert(2)</script>',
  `"'><b>&amp;`,
  '50% off/today?x=1#y',
  `${RIGHT_TO_LEFT}gpj.exe`,
  '🐝 bees & wörds',
  '%2e%2e%2f',
  'a=b/c=d',
  ' blank ',
  'v'.repeat(180),
];
