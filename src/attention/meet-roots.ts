import type { Clock } from '../base/clock.ts';
import { matchesRule } from '../contract/glob.ts';
import type { Rule } from '../contract/rule.ts';
import type { Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';

/** Files looked at and queued at a time: small, so that claims never wait long behind it. */
const PAGE = 500;

export interface MeetOptions {
  store: Store;
  journal: Journal;
  clock: Clock;
  /** Rule-matched files that were not hashed yet (relative path texts). */
  hashWhenIdle(root: string, paths: string[]): void;
  onQueued(): void;
}

/**
 * Lets rules meet a root whose first scan is journaled: decides once for each rule what happens to files that
 * were there before, and has those that any rule matches hashed, so that a later touch is no change.
 */
export async function meetRoot(root: string, rules: readonly Rule[], options: MeetOptions): Promise<void> {
  const aboutFiles = rules.filter((rule) => rule.on.file !== undefined);
  for (const rule of aboutFiles) await meet(rule, root, options);
  for await (const page of indexed(root, true, options)) {
    const wanted = page.filter((path) => aboutFiles.some((rule) => matchesRule(rule, `${root}/${path}`)));
    if (wanted.length > 0) options.hashWhenIdle(root, wanted);
  }
}

async function meet(rule: Rule, root: string, options: MeetOptions): Promise<void> {
  const { store, clock, journal } = options;
  const on = rule.on.file;
  const { id } = journal.root(root);
  if (!on || (await store.read('hasMet', { rule: rule.name, root: id }))) return;
  if (on.existing === 'process') {
    for await (const page of indexed(root, false, options)) {
      const paths = page.filter((path) => matchesRule(rule, `${root}/${path}`));
      const { name, version } = rule;
      const { settleMs } = on;
      const which = { root: { id, path: root }, rule: name, version, settleMs, paths, now: clock.now() };
      if (paths.length > 0 && (await store.write('queueExisting', which)) > 0) options.onQueued();
    }
  }
  await store.write('decideExisting', { rule: rule.name, root: id, existing: on.existing, now: clock.now() });
}

/** Pages of a root's indexed files. */
async function* indexed(
  root: string,
  unhashedOnly: boolean,
  { store, journal }: MeetOptions,
): AsyncGenerator<string[]> {
  const { id } = journal.root(root);
  let after = '';
  for (;;) {
    const page = await store.read('indexedPaths', { root: id, after, unhashedOnly, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last;
  }
}
