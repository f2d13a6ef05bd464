import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { MatchedObservation } from '../../src/contract/match.ts';
import { openStore } from '../../src/store/open.ts';
import type { RegisteredRoot } from '../../src/store/operations/roots.ts';
import type { Store } from '../../src/store/store.ts';

/** A folder that goes away with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'consciousness-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real store in a real file, with one root and one rule in force. */
export async function temporaryStore(
  t: TestContext,
): Promise<{ store: Store; root: RegisteredRoot; file: string }> {
  const file = join(temporaryFolder(t), 'state', 'consciousness.db');
  const store = await openStore(file, () => undefined);
  t.after(() => store.close());
  const [root] = await store.write('registerRoots', { paths: ['/inbox'], now: 1 });
  if (!root) throw new Error('no root');
  await store.write('saveRules', { rules: [RULE], now: 1 });
  return { store, root, file };
}

const RULE = { name: 'notes', version: 'v1', file: '/rules/notes.md', text: '{}' };

const MATCH = {
  rule: RULE.name,
  version: RULE.version,
  settleMs: 0,
  priority: 1,
  seenAs: 'added' as const,
  carried: false,
};

/** An observation of `path` with the content that `hash` stands for. */
export function observation(
  path: string,
  hash: string,
  more: Partial<MatchedObservation> = {},
): MatchedObservation {
  const deleted = more.change === 'deleted';
  return {
    path,
    change: 'added',
    stat: deleted ? null : { dev: 1, ino: 7, birth: 1, size: hash.length, mtime: 1.5, ctime: 1.5 },
    hash: deleted ? null : hash,
    binary: false,
    growing: false,
    observedAt: 1000,
    matches: [MATCH],
    ...more,
  };
}

export function matching(more: Partial<typeof MATCH>): MatchedObservation['matches'] {
  return [{ ...MATCH, ...more }];
}

/** Journals observations as one batch. */
export function observe(store: Store, root: RegisteredRoot, ...observations: MatchedObservation[]) {
  return store.write('observe', { root, observations, baselined: true, now: 2000 });
}

/** Rows of every thought, oldest first. */
export async function allThoughts(store: Store) {
  const rows = await store.read('listThoughts', {
    state: null,
    rule: null,
    since: null,
    unprocessed: false,
    subject: null,
    limit: 1000,
  });
  return rows.reverse();
}

/** Captures everything that is due as `text`. */
export async function captureAll(store: Store, text = 'hello'): Promise<void> {
  const { jobs } = await store.write('captureDue', { now: 10_000, limit: 100, but: [] });
  for (const { id } of jobs) {
    await store.write('captured', {
      id,
      now: 10_000,
      kind: 'captured',
      text,
      format: 'text',
      characters: text.length,
      truncated: false,
      content: text,
    });
  }
}

/** Claims up to `slots` thoughts of the version in force for `owner`. */
export async function claimAll(
  store: Store,
  owner: string,
  slots = 10,
  now = 10_000,
  version = RULE.version,
) {
  const { claimed } = await store.write('claim', {
    owner,
    lanes: [{ versions: [version], slots }],
    leaseMs: 30_000,
    now,
  });
  return claimed;
}

export const NO_CALL = {
  model: null,
  firstTokenMs: null,
  totalMs: null,
  inputTokens: null,
  outputTokens: null,
  raw: null,
};
