import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import { idOf } from '../base/ids.ts';
import type { Random } from '../base/random.ts';
import type { RunResult, RunView } from '../contract/api.ts';
import { matchesRule } from '../contract/glob.ts';
import type { Rule } from '../contract/rule.ts';
import type { Journal } from '../journal/journal.ts';
import type { Queued, QueueFileInput } from '../store/operations/existing.ts';
import type { Store } from '../store/store.ts';
import type { RunRequest } from '../surfaces/requests.ts';

/** Indexed files looked at at a time. */
const PAGE = 500;

/** Files that are told of one by one. */
const MOST_RESULTS = 1000;

export interface RunContext {
  store: Store;
  journal: Journal;
  clock: Clock;
  random: Random;
  roots: readonly string[];
  rules: readonly Rule[];
  ignoredBy(path: string): Promise<{ by: string; pattern: string } | null>;
}

/** Queues a rule's thoughts about files that are there already. Throws `rule-unknown`, `rule-not-on-files`. */
export async function runFiles(request: RunRequest, context: RunContext): Promise<RunView> {
  const rule = fileRule(request.rule, context.rules);
  const again = request.again ? onceOr(request.key, context.random) : null;
  const view: RunView = { queued: 0, notQueued: 0, results: [] };
  for await (const path of 'paths' in request ? request.paths : existing(rule, context)) {
    const given = 'paths' in request ? request.given?.[path] : undefined;
    const result = await runOne(path, rule, { again, ...(given ? { given } : {}) }, context);
    view[result.queued ? 'queued' : 'notQueued'] += 1;
    if (view.results.length < MOST_RESULTS) view.results.push(result);
  }
  return view;
}

/** What tells one `again` from another; the same for the same key. */
function onceOr(key: string | undefined, random: Random): string {
  return key === undefined ? random.hex(8) : idOf('run', key).slice(0, 16);
}

async function runOne(
  path: string,
  rule: Rule,
  how: Pick<QueueFileInput, 'again' | 'given'>,
  context: RunContext,
): Promise<RunResult> {
  const why = await whyNot(path, rule, context);
  if (why !== null) return { path, queued: false, thought: null, reason: why };
  const root = rootOf(path, context.roots) ?? '';
  const { id } = context.journal.root(root);
  const became = await context.store.write('queueFile', {
    root: { id, path: root },
    rule: rule.name,
    version: rule.version,
    settleMs: rule.on.file?.settleMs ?? 0,
    path: path.slice(root === '/' ? 1 : root.length + 1),
    ...how,
    now: context.clock.now(),
  });
  return { path, ...told(became) };
}

function told(became: Queued): Omit<RunResult, 'path'> {
  switch (became.kind) {
    case 'queued':
      return { queued: true, thought: became.id, reason: '' };
    case 'known':
      return {
        queued: false,
        thought: became.id,
        reason: `this version of the rule has it already: it is ${became.state} (with again, it is thought about anew)`,
      };
    case 'unseen':
      return { queued: false, thought: null, reason: 'it was not seen yet: is it there?' };
    default:
      return became satisfies never;
  }
}

async function whyNot(path: string, rule: Rule, { roots, ignoredBy }: RunContext): Promise<string | null> {
  if (rootOf(path, roots) === undefined)
    return `it is in no watched folder (${roots.join(', ') || 'none is watched'})`;
  const ignored = await ignoredBy(path);
  if (ignored !== null) return `it is ignored by ${ignored.by}: ${ignored.pattern}`;
  if (matchesRule(rule, path)) return null;
  return `the paths of ${rule.name} do not match it: ${rule.on.file?.paths.join(', ')}`;
}

function rootOf(path: string, roots: readonly string[]): string | undefined {
  return roots.find((root) => path.startsWith(root === '/' ? '/' : `${root}/`));
}

/** Every indexed file that a rule's paths match. */
async function* existing(rule: Rule, { store, journal, roots }: RunContext): AsyncGenerator<string> {
  for (const root of roots) {
    const { id } = journal.root(root);
    let after = '';
    for (;;) {
      const page = await store.read('indexedPaths', { root: id, after, unhashedOnly: false, limit: PAGE });
      for (const path of page) if (matchesRule(rule, `${root}/${path}`)) yield `${root}/${path}`;
      const last = page.at(-1);
      if (last === undefined) break;
      after = last;
    }
  }
}

function fileRule(name: string, rules: readonly Rule[]): Rule {
  const rule = rules.find((each) => each.name === name);
  if (rule?.on.file) return rule;
  const able = rules.filter((each) => each.on.file).map((each) => each.name);
  const allowed = able.length > 0 ? able.join(', ') : 'there is no rule about files';
  if (rule) {
    throw new CodedError('rule-not-on-files', `the rule ${name} is not about files`, {
      value: name,
      allowed,
    });
  }
  throw new CodedError('rule-unknown', `there is no rule ${name}`, { value: name, allowed });
}
