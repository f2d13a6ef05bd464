/** Sends one webhook to the address in its arguments, with whatever its environment says, and tells how it went. */
import { systemClock } from '../../../src/base/clock.ts';
import { lookup } from '../../../src/base/lookup.ts';
import { createWebhook } from '../../../src/outputs/send/webhook.ts';
import { contextOf, pending } from './drafts.ts';

const [url = '', ca] = process.argv.slice(2);
const sender = createWebhook({
  webhooks: () => ({ home: { url, allow_private: true, headers: {} } }),
  keys: () => ({}),
  secrets: () => new Map(),
  clock: systemClock,
  version: '0.1',
  lookup,
  ...(ca === undefined ? {} : { ca }),
});
console.log(JSON.stringify(await sender.send(pending('webhook', 'webhook:home', '{}'), contextOf())));
