// What happens on a page that stays open: a partition that comes over gRPC appears in the list, and what is found is shown while
// somebody writes, all by keyboard.

import { profile } from './browser.mjs';
import { short } from './report.mjs';

const PARTITIONS = '/databases/shop/tables/no_partitions_yet/partitions';
const DAY = '2031-01-31';

/** A field of a Protocol Buffers message whose value is bytes: a text, or a message. */
function field(number, value) {
  const bytes = Buffer.from(value);
  if (bytes.length > 127) throw new Error('a length of one byte is enough here');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** Adds a partition as a browser's gRPC client does: `PartitionService.AddPartitionBatch` over grpc-web. */
async function addOverGrpc(origin, database, table, values) {
  const name = Buffer.concat([field(2, database), field(3, table)]);
  const partition = Buffer.concat(values.map((value) => field(1, value)));
  const message = Buffer.concat([field(1, name), field(3, partition)]);
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  const answer = await fetch(`${origin}/skep.v1.PartitionService/AddPartitionBatch`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
    body: frame,
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const status = answer.headers.get('grpc-status') ?? /grpc-status: ?(\d+)/.exec(bytes.toString('latin1'))?.[1];
  if (answer.status !== 200 || status !== '0') {
    throw new Error(`gRPC answered ${answer.status}, grpc-status ${status}: ${short(bytes.toString('latin1'))}`);
  }
}

/** Does both; what does not come within the patience of a tab is a failure. */
export async function walk(browser, report, origin) {
  await held(browser, report, 'live', PARTITIONS, async (tab) => {
    const following = tab.waitForRequest((request) => request.url().includes('/events/stream'));
    await tab.goto(origin + PARTITIONS, { waitUntil: 'load' });
    await following;
    await addOverGrpc(origin, 'shop', 'no_partitions_yet', [DAY]);
    await tab.locator('[data-follow]').getByText(DAY).first().waitFor();
  });
  await held(browser, report, 'as-you-type', '/', async (tab) => {
    await tab.goto(`${origin}/events`, { waitUntil: 'load' });
    await tab.locator('#q').focus();
    await tab.keyboard.type('prod', { delay: 30 });
    await tab.locator('.hits a').first().waitFor();
    await tab.keyboard.press('Escape');
    await tab.locator('.hits').first().waitFor({ state: 'hidden' });
    await tab.keyboard.type('ucts');
    await tab.locator('.hits a', { hasText: 'shop.products' }).waitFor();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(`${origin}/databases/shop/tables/products`);
  });
  await held(browser, report, 'as-you-type', 'a column', async (tab) => {
    await tab.goto(`${origin}/databases/shop`, { waitUntil: 'load' });
    await tab.locator('#q').fill('paid_at');
    await tab.locator('.hits li', { hasText: 'shop.orders' }).filter({ hasText: 'paid_at' }).waitFor();
  });
}

async function held(browser, report, kind, url, walked) {
  const context = await profile(browser);
  try {
    await walked(await context.newPage());
    report.check(true, kind, { url });
  } catch (error) {
    report.check(false, kind, { url }, short(error.message, 300));
  } finally {
    await context.close();
  }
}
