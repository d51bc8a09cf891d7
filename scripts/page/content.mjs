// Fills a catalog over REST with what the pages have to show: the ordinary, the empty, the large and the hostile.

import * as hostile from './hostile.mjs';

const DAYS = 60;
const DAY_MS = 86_400_000;
const DROPPED = ['hostile', hostile.NAMES[1]];
const SINGLE = [
  'shop',
  'orders',
  'products',
  'no_partitions_yet',
  'large_orders',
  'visits',
  'empty',
  'hostile',
  'texts',
  'view',
  'values',
  'by_classes',
];

/** Sends one request and gives its JSON; a refusal ends the walk, for then it would test less than it says. */
function client(origin) {
  return async function send(method, path, body, type = 'application/json') {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': type },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${text.slice(0, 500)}`);
    }
    return text;
  };
}

const segment = (name) => encodeURIComponent(name);
const table = (database, name) => `/databases/${segment(database)}/tables/${segment(name)}`;
const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

/**
 * Fills the catalog of the server at `origin`. `visits` is the location of a folder of days that discovery is to find.
 * Gives what the walk has to know of it.
 */
export async function fill(origin, visits) {
  const send = client(origin);
  await shop(send);
  await formats(send);
  await hostileNames(send);
  await hostileTexts(send);
  await discovered(send, visits);
  await expected(send);
  await changes(send);
  await send('POST', '/databases', { name: 'empty', description: 'nothing in here yet' });
  const { partitions } = JSON.parse(await send('GET', `${table('hostile', 'values')}/partitions`));
  return {
    // Of what has these names every page is to be seen: the hostile (partitions are called as Hive escapes them, which
    // the server knows best), and what there is one of.
    kept: [...hostile.NAMES, ...partitions.map(({ name }) => name), ...SINGLE],
    // What was dropped; the events still tell of it.
    dropped: [['databases', DROPPED[0], 'tables', DROPPED[1]]],
    // What is written into the fields of forms, by the fields' names.
    searches: {
      q: ['orders', '', hostile.MARKUP, hostile.MIXED_TEXT, 'no such thing'],
      filter: [`dt >= "${day(3)}"`, '', 'dt >= ', hostile.MARKUP],
      after: [hostile.MARKUP],
      partition: ['dt=2026-11-22', 'dt=nonsense', hostile.MARKUP],
    },
  };
}

/** The database that the pictures and the keyboard's walk are of. */
async function shop(send) {
  await send('POST', '/databases', {
    name: 'shop',
    description: 'Sales of the web shop, by day',
    owner: 'team-sales',
    parameters: { contact: 'sales@example.com', tier: '1' },
  });
  await send('POST', '/databases/shop/tables', {
    name: 'orders',
    comment: 'One row an order, as it was paid',
    owner: 'ingest',
    columns: [
      { name: 'id', type: 'bigint', comment: 'number of the order' },
      {
        name: 'customer',
        type: 'struct<id:bigint,name:string,address:struct<street:string,city:string,country:string>>',
      },
      { name: 'items', type: 'array<struct<sku:string,amount:int,price:decimal(9,2)>>', comment: 'what was bought' },
      { name: 'price', type: 'decimal(9,2)', comment: 'in EUR, with taxes' },
      { name: 'paid_at', type: 'timestamp', comment: 'UTC' },
      { name: 'note', type: 'string' },
      { name: 'gift', type: 'boolean' },
    ],
    partition_keys: [
      { name: 'dt', type: 'date', comment: 'day of the payment' },
      { name: 'hour', type: 'int' },
    ],
    storage: { format: 'parquet' },
    parameters: { 'skep.docs': hostile.MARKDOWN, tier: '1', retention: '400 days' },
  });
  await send('POST', `${table('shop', 'orders')}/partitions/lines`, hours(), 'application/x-ndjson');
  await send('PUT', `${table('shop', 'orders')}/statistics`, {
    columns: [
      { column: 'id', nulls: 0, distinct: 9_000_000, values: { kind: 'long', low: 1, high: 9_223_372_036_854 } },
      { column: 'price', nulls: 2, distinct: 712, values: { kind: 'decimal', low: '0.50', high: '1299.00' } },
      { column: 'note', nulls: 12, distinct: 3, values: { kind: 'string', longest: 4000, average: 17.5 } },
      { column: 'gift', nulls: 0, values: { kind: 'boolean', trues: 10, falses: 90 } },
    ],
  });
  await send('POST', '/databases/shop/tables', {
    name: 'products',
    comment: 'Not partitioned',
    columns: [
      { name: 'sku', type: 'string' },
      { name: 'title', type: 'varchar(200)' },
    ],
    storage: { format: 'orc' },
  });
  await send('POST', '/databases/shop/tables', {
    name: 'no_partitions_yet',
    columns: [{ name: 'id', type: 'int' }],
    partition_keys: [{ name: 'dt', type: 'string' }],
    storage: { format: 'parquet' },
  });
  await send('POST', '/databases/shop/tables', {
    name: 'large_orders',
    type: 'view',
    comment: 'Orders over 1,000 EUR',
    columns: [{ name: 'id', type: 'bigint' }],
    view_text: "SELECT id FROM shop.orders WHERE price > 1000 AND note <> '<b>' -- & so on",
  });
  await send('POST', '/databases/shop/functions', {
    name: 'clean',
    class_name: 'com.example.Clean',
    resources: [{ type: 'jar', uri: 's3://lake/jars/clean.jar' }],
  });
}

/** Every hour of sixty days but for a day that is missing, a day that is half there, and counts that are not told. */
function hours() {
  const lines = [];
  for (let ago = DAYS - 1; ago >= 0; ago -= 1) {
    for (let hour = 0; hour < 24; hour += 1) {
      if (ago === 20 || (ago === 7 && hour >= 12)) continue;
      const size = 1 + ((ago * 31 + hour * 7) % 23);
      const counts = ago === 10 ? {} : { file_count: size, total_bytes: size * 1_500_000, row_count: size * 12_345 };
      lines.push({ values: [day(ago), String(hour)], parameters: { job: 'nightly' }, ...counts });
    }
  }
  // What no sum may break at, and what is there and has nothing in it.
  const most = Number.MAX_SAFE_INTEGER;
  lines.push({ values: [day(DAYS), '0'], file_count: most, total_bytes: most, row_count: most });
  lines.push({ values: [day(DAYS), '1'], file_count: 0, total_bytes: 0, row_count: 0 });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A table for each format, and one by classes that have no name. */
async function formats(send) {
  await send('POST', '/databases', { name: 'formats' });
  for (const format of ['parquet', 'orc', 'avro', 'json', 'csv', 'text']) {
    await send('POST', '/databases/formats/tables', {
      name: `as_${format}`,
      columns: [{ name: 'line', type: 'string' }],
      storage: { format },
      ...(format === 'text' ? {} : { comment: `kept as ${format}` }),
    });
  }
  await send('POST', '/databases/formats/tables', {
    name: 'by_classes',
    columns: [{ name: 'line', type: 'string' }],
    storage: {
      input_format: 'com.example.In',
      output_format: 'com.example.Out',
      serde: 'com.example.SerDe',
      compressed: true,
    },
  });
}

/** Databases, tables and partitions whose names are hostile. */
async function hostileNames(send) {
  for (const name of hostile.NAMES) {
    await send('POST', '/databases', { name, description: hostile.MARKUP, owner: hostile.MARKUP });
  }
  await send('POST', '/databases', { name: 'hostile', description: hostile.MIXED_TEXT });
  for (const name of hostile.NAMES) {
    const database = name === hostile.NAMES[0] ? name : 'hostile';
    await send('POST', `/databases/${segment(database)}/tables`, {
      name,
      comment: hostile.MIXED_TEXT,
      columns: [{ name: 'id', type: 'int' }],
      partition_keys: [{ name: 'k', type: 'string' }],
      storage: { format: 'json' },
    });
    await send('POST', `${table(database, name)}/partitions`, { partitions: [{ values: [hostile.VALUES[0]] }] });
  }
  await send('POST', '/databases/hostile/tables', {
    name: 'values',
    columns: [{ name: 'id', type: 'int' }],
    partition_keys: [{ name: 'k', type: 'string' }],
    storage: { format: 'csv' },
  });
  await send('POST', `${table('hostile', 'values')}/partitions`, {
    partitions: hostile.VALUES.map((value) => ({
      values: [value],
      parameters: { [hostile.MARKUP]: hostile.MIXED_TEXT },
    })),
  });
}

/** A table whose every text is hostile or long. */
async function hostileTexts(send) {
  await send('POST', '/databases/hostile/tables', {
    name: 'texts',
    comment: hostile.LONG_TEXT,
    owner: hostile.MARKUP,
    columns: [
      { name: 'long', type: 'string', comment: hostile.LONG_TEXT },
      { name: '<b>bold</b>', type: 'int', comment: hostile.MARKUP },
      { name: '\u202ereversed 🐝', type: 'int', comment: hostile.MIXED_TEXT },
      {
        name: 'deep',
        type: `struct<${Array.from({ length: 60 }, (_, at) => `field_number_${at}:map<string,array<int>>`).join(',')}>`,
      },
      { name: 'c'.repeat(700), type: 'string' },
      ...Array.from({ length: 300 }, (_, at) => ({ name: `column_${at}`, type: 'double' })),
    ],
    partition_keys: [{ name: 'dt', type: 'string', comment: hostile.MARKUP }],
    storage: { format: 'text', serde_parameters: { 'field.delim': '\u0001', 'line.delim': '\n' } },
    parameters: {
      'skep.docs': `${hostile.MARKUP}\n\n${'#'.repeat(7)} ${'[('.repeat(2000)}\n\n${'> '.repeat(500)}deep\n\n${'* '.repeat(300)}`,
      [hostile.MARKUP]: hostile.MARKUP,
      long: hostile.LONG_TEXT,
    },
  });
  await send('POST', '/databases/hostile/tables', {
    name: 'view',
    type: 'view',
    columns: [{ name: 'id', type: 'int' }],
    view_text: `SELECT 1 -- ${hostile.MARKUP} ${'unbroken'.repeat(200)}`,
  });
}

/** A table that discovery looks after, so that its pages have runs to show. */
async function discovered(send, visits) {
  await send('POST', '/databases/shop/tables', {
    name: 'visits',
    columns: [{ name: 'line', type: 'string' }],
    partition_keys: [{ name: 'dt', type: 'date' }],
    location: visits,
    storage: { format: 'text' },
  });
  await send('PATCH', `${table('shop', 'visits')}/discovery`, { on: true, settings: { layout: '{dt:%Y/%m/%d}' } });
  await send('POST', `${table('shop', 'visits')}/discovery/run`, { scope: 'sweep' });
}

/** Tables that expect data: one that lacks some, one that lacks all, one that expects what makes no sense. */
async function expected(send) {
  const settings = { every: '1h', within: '20m', volume: '50%..200%', since: day(9) };
  await send('PATCH', `${table('shop', 'orders')}/freshness`, { settings });
  await send('POST', `${table('shop', 'orders')}/freshness/check`, {});
  await send('PATCH', `${table('shop', 'visits')}/freshness`, { settings: { every: '1d', since: '2026-11-22' } });
  await send('POST', `${table('shop', 'visits')}/freshness/check`, {});
  await send('PATCH', table('shop', 'no_partitions_yet'), { parameters: { 'skep.expect.every': hostile.MARKUP } });
}

/** A source that is read before and after changes, for the pages of sources, changes and alerts. */
async function changes(send) {
  const settings = { kind: 'catalog', schedule: '0 6 * * *', include: ['shop.*', 'hostile.*'], tables_max: 1000 };
  await send('POST', '/sources', { name: 'lake', settings });
  await send('POST', '/sources/lake/run');
  await send('PATCH', table('shop', 'products'), {
    columns: [
      { change: 'rename', name: 'title', to: 'label' },
      { change: 'add', name: '<i>weight</i>', type: 'double', comment: hostile.MARKUP },
    ],
  });
  await send('DELETE', `${table(...DROPPED)}?delete_data=true`);
  await send('POST', '/sources/lake/run');
  await send('POST', '/mutes', { pattern: 'lake:shop.tmp_*', until: day(-30), why: hostile.MARKUP });
}
