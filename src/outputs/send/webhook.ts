import type { LookupFunction } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { CodedError, messageOf } from '../../base/errors.ts';
import { retryAfterMs } from '../../base/retry-after.ts';
import { createScrubber } from '../../base/scrub.ts';
import { secretIn } from '../../base/secrets.ts';
import { secretsOf, type Webhook } from '../../contract/config-webhook.ts';
import type { PendingOutput } from '../../contract/output.ts';
import type { SendContext, Sender, SendHandler, Sent } from '../output.ts';
import type { Rendering } from '../rendering.ts';
import { destinationOf, pinned } from './destination.ts';
import { factsOf } from './facts.ts';
import { type Posted, post } from './post.ts';
import { signatureOf } from './signature.ts';
import { oneLine } from './words.ts';

export interface WebhookOptions {
  /** Those of the configuration in force. */
  webhooks(): Readonly<Record<string, Webhook>>;
  /** By webhook: the key that its posts are signed with, where its variable is set. */
  keys(): Readonly<Record<string, string>>;
  /** Values that must not leave this machine, with what each is. */
  secrets(): ReadonlyMap<string, string>;
  clock: Clock;
  version: string;
  lookup: LookupFunction;
  /** PEM; certificates trusted besides the system's. */
  ca?: string;
  limits?: { connectMs: number; allMs: number };
}

/** An end that is over before a stopping daemon is. */
const LIMITS = { connectMs: 5000, allMs: 15_000 };
/** A body longer than that is a mistake. */
const MOST_BYTES = 1024 * 1024;

/** JSON to an address of the configuration: a rule names the entry. */
export const webhook: SendHandler = {
  kind: 'webhook',
  target: ({ to = '' }) => `webhook:${to}`,
  compose: ({ to = '', body }, rendering) => bodyOf(to, body, rendering),
};

/**
 * No word of a model gets into where it goes. What is not known to have been taken is not sent again: few receivers
 * know an Idempotency-Key.
 */
export function createWebhook(options: WebhookOptions): Sender {
  return {
    async send(output, context): Promise<Sent> {
      const name = output.target.replace(/^webhook:/, '');
      const settings = Object.hasOwn(options.webhooks(), name) ? options.webhooks()[name] : undefined;
      if (settings === undefined)
        return { state: 'denied', reason: `no webhook is named ${name} in config.yaml (any more)` };
      const url = new URL(settings.url);
      const where = await destinationOf(url, settings.allow_private, options.lookup, options.clock);
      if (!where.ok) return { state: 'held', reason: `webhook ${name}: ${where.reason}` };
      const stays = where.isLoopback ? null : whyItStays(output, context, name, options.secrets());
      if (stays !== null) return { state: 'denied', reason: stays };
      const body = Buffer.from(output.content);
      const signed = signature(settings, name, body, options);
      if (signed === null)
        return {
          state: 'held',
          reason: `webhook ${name}: ${settings.secret_env} is not set: set it in .env or in the daemon's environment`,
        };
      const question = {
        url,
        headers: {
          ...settings.headers,
          ...headersOf(context.thought, output.position, options.version),
          ...signed,
        },
        body,
        lookup: pinned(where.addresses),
        limits: options.limits ?? LIMITS,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      };
      await context.markSent();
      const posted = await post(question, options.clock);
      // What it says may be what it was sent: the reason is for everybody to read.
      const key = options.keys()[name] ?? '';
      const hide = createScrubber(() => [...secretsOf(settings), key]);
      return outcomeOf(posted, name, options.clock.now(), (text, most) => oneLine(hide(text), most));
    },

    doubt: (target) =>
      `it may have arrived: look at the receiver of ${target}, and send it yourself if it has not`,
  };
}

/** Null where it may leave. */
function whyItStays(
  { content }: PendingOutput,
  { stays }: SendContext,
  name: string,
  secrets: ReadonlyMap<string, string>,
): string | null {
  if (stays !== null) return `webhook ${name} is not on this machine, and ${stays}`;
  const secret = secretIn(content, secrets) ?? secretIn(wordsOf(content), secrets);
  if (secret === null) return null;
  return `not sent to webhook ${name}: it holds ${secret}, and what looks like a secret never leaves this machine`;
}

/** Every string of a JSON text as it is without JSON's own escapes. */
function wordsOf(json: string): string {
  const found: string[] = [];
  JSON.parse(json, (key, value: unknown) => {
    found.push(key);
    if (typeof value === 'string') found.push(value);
  });
  return found.join('\n');
}

function bodyOf(to: string, source: string, rendering: Rendering): string {
  const body = source === '' ? JSON.stringify(factsOf(rendering)) : rendering.json(source).trim();
  const next = 'quote whole values with `| json`, such as {"text": {{ answer | json }}}';
  try {
    JSON.parse(body);
  } catch (error) {
    // Node's message quotes the text around the place, which may be private.
    const place = /position \d+|end of JSON/.exec(messageOf(error))?.[0] ?? 'its beginning';
    const message = `what the template makes for webhook ${to} is not JSON (at ${place})`;
    throw new CodedError('output-not-json', message, { next });
  }
  if (Buffer.byteLength(body) <= MOST_BYTES) return body;
  throw new CodedError('output-too-large', `what is to go to webhook ${to} is too long`, {
    value: Buffer.byteLength(body),
    allowed: `at most ${MOST_BYTES} bytes`,
  });
}

/** Ours come last: none of the configuration's can take their place. */
function headersOf(thought: string, position: number, version: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': `ConsciousnessOrchestrator/${version}`,
    // The same for every attempt: a receiver that knows it drops what a person has repeated.
    'idempotency-key': `${thought}#${position}`,
  };
}

/** Null where its key is not there. */
function signature(settings: Webhook, name: string, body: Buffer, { keys, clock }: WebhookOptions) {
  if (settings.secret_env === undefined) return {};
  const key = Object.hasOwn(keys(), name) ? (keys()[name] ?? '') : '';
  return key === '' ? null : { 'consciousness-signature': signatureOf(body, key, clock.now()) };
}

/** Statuses by which a receiver says that it has not taken it, and that another time it may. */
const NOT_TAKEN = new Set([408, 425, 429, 503]);

function outcomeOf(
  posted: Posted,
  name: string,
  now: number,
  clean: (text: string, most: number) => string,
): Sent {
  const webhook = `webhook ${name}`;
  if (posted.kind === 'unsent')
    return { state: 'held', reason: `${webhook} is out of reach (${posted.reason})` };
  if (posted.kind === 'lost')
    return {
      state: 'unknown',
      reason: `${webhook} gave no answer (${posted.reason}): it may have arrived, and is not sent again`,
    };
  const { status, retryAfter, location } = posted;
  const said = clean(posted.said, 300);
  const words = said === '' ? '' : `: ${said}`;
  if (status >= 200 && status < 300) return { state: 'applied', reason: '' };
  if (NOT_TAKEN.has(status)) {
    const wait = retryAfterMs(retryAfter, now);
    const reason = `${webhook} does not take it now (${status})${words}`;
    return { state: 'held', reason, ...(wait === undefined ? {} : { retryMs: wait }) };
  }
  if (status >= 500)
    return {
      state: 'unknown',
      reason: `${webhook} answered ${status}${words}: it may have been taken all the same, and is not sent again`,
    };
  if (status >= 300 && status < 400)
    return {
      state: 'failed',
      reason: `${webhook} answered ${status} (to ${clean(location, 200)}): redirects are not followed, so its url in config.yaml must be the last one`,
    };
  return { state: 'failed', reason: `${webhook} answered ${status}${words}` };
}
