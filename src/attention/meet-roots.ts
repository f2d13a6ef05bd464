import type { Clock } from '../base/clock.ts';
import { matchesRule } from '../contract/glob.ts';
import type { Rule } from '../contract/rule.ts';
import type { Journal } from '../journal/journal.ts';
import type { Store } from '../store/store.ts';

/** Files queued in one transaction; small, so that claims never wait long behind it. */
const CHUNK = 200;

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
  const { id } = options.journal.root(root);
  const aboutFiles = rules.filter((rule) => rule.on.file !== undefined);
  const undecided: Rule[] = [];
  for (const rule of aboutFiles) {
    if (!(await options.store.read('hasMet', { rule: rule.name, root: id }))) undecided.push(rule);
  }
  const files = await options.store.read('indexedPaths', { root: id });
  for (const rule of undecided) await meet(rule, root, id, files, options);
  const unhashed = files
    .filter((file) => !file.hashed && aboutFiles.some((rule) => matchesRule(rule, `${root}/${file.path}`)))
    .map((file) => file.path);
  if (unhashed.length > 0) options.hashWhenIdle(root, unhashed);
}

async function meet(
  rule: Rule,
  root: string,
  id: number,
  files: { path: string }[],
  { store, clock, onQueued }: MeetOptions,
): Promise<void> {
  const on = rule.on.file;
  if (!on) return;
  if (on.existing === 'process') {
    const paths = files.map((file) => file.path).filter((path) => matchesRule(rule, `${root}/${path}`));
    for (let at = 0; at < paths.length; at += CHUNK) {
      const queued = await store.write('queueExisting', {
        root: { id, path: root },
        rule: rule.name,
        version: rule.version,
        settleMs: on.settleMs,
        paths: paths.slice(at, at + CHUNK),
        now: clock.now(),
      });
      if (queued > 0) onQueued();
    }
  }
  await store.write('decideExisting', { rule: rule.name, root: id, existing: on.existing, now: clock.now() });
}
