import type { Clock } from '../base/clock.ts';
import { CodedError, EXIT } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { keyAsSent } from '../contract/key.ts';
import type { Page } from '../contract/page.ts';
import { REQUEST_RULE, type Rule } from '../contract/rule.ts';
import type { ThoughtRow, ThoughtView } from '../contract/thought-view.ts';
import { changeOf } from '../outputs/change.ts';
import type { Store } from '../store/store.ts';
import type { ThinkRequest, ThoughtQuery } from '../surfaces/requests.ts';

/** A page of thoughts, the newest first. Throws `request-invalid` where the cursor is none that was given. */
export async function pageOfThoughts(
  store: Store,
  { cursor, path, ...query }: ThoughtQuery,
): Promise<Page<ThoughtRow>> {
  if (cursor && !/^\d{1,15}$/.test(cursor)) {
    throw new CodedError('request-invalid', 'the query: cursor: not one that was given', {
      value: cursor,
      allowed: '`next` of the page before',
      exitCode: EXIT.usage,
    });
  }
  const { items, next } = await store.read('pageThoughts', {
    ...query,
    ...(path === undefined ? {} : { subject: `file:${path}` }),
    ...(cursor ? { cursor: Number(cursor) } : {}),
  });
  return { items, next: next === null ? null : String(next) };
}

/** One thought by id or unique prefix. */
export async function findThought(store: Store, prefix: string): Promise<ThoughtView> {
  const found = await store.read('showThought', { id: await wholeId(store, prefix) });
  if (found === null) throw unknown(prefix);
  const { view, applied } = found;
  const changeAt = (position: number) =>
    changeOf(applied.find((output) => output.position === position) ?? null);
  return {
    ...view,
    outputs: view.outputs.map((output) => ({ ...output, ...changeAt(output.position) })),
  };
}

/** The whole id that a prefix of at least four digits stands for. Throws `thought-unknown`, `thought-ambiguous`. */
export async function wholeId(store: Store, prefix: string): Promise<string> {
  if (!/^[0-9a-f]{4,20}$/.test(prefix)) throw unknown(prefix);
  const [id, ...others] = await store.read('idsByPrefix', { prefix });
  if (id === undefined) throw unknown(prefix);
  if (others.length === 0) return id;
  throw new CodedError('thought-ambiguous', `several thoughts begin with ${prefix}`, {
    value: prefix,
    allowed: `one of: ${[id, ...others].join(', ')}`,
    next: 'give more digits of the id',
  });
}

/** Accepts a request durably. Throws `rule-unknown`. */
export async function accept(
  request: ThinkRequest,
  rules: readonly Rule[],
  { store, clock, random }: { store: Store; clock: Clock; random: Random },
): Promise<ThoughtRow> {
  const name = request.rule ?? REQUEST_RULE;
  const able = rules.filter((each) => each.on.request !== undefined);
  const rule = able.find((each) => each.name === name);
  if (!rule) {
    throw new CodedError('rule-unknown', `no rule named ${name} takes requests`, {
      value: name,
      allowed: `a rule with \`on: { request: {} }\`: ${able.map((each) => each.name).join(', ')}`,
      next: 'leave the rule away for the built-in one, or add `on: { request: {} }` to the rule',
    });
  }
  const id = await store.write('acceptRequest', {
    key: request.key ?? random.hex(10),
    text: request.text,
    rule: rule.name,
    version: rule.version,
    now: clock.now(),
  });
  const row = await store.read('thoughtRow', { id });
  if (row) return row;
  throw new CodedError('request-key-taken', 'this key was used for another rule or an older version of it', {
    value: keyAsSent(request.key ?? ''),
    next: 'use a new key',
  });
}

function unknown(id: string): CodedError {
  return new CodedError('thought-unknown', `there is no thought ${id}`, {
    value: id,
    allowed: 'an id, or its first digits (at least 4)',
    next: 'list them with `consciousness thoughts`',
  });
}
