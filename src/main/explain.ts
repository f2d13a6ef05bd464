import { lstat } from 'node:fs/promises';
import { decide } from '../attention/decide.ts';
import { systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { Explanation, SenseHealth } from '../contract/api.ts';
import type { FileChange } from '../contract/event.ts';
import type { Rule } from '../contract/rule.ts';
import type { Lanes } from '../mind/lanes.ts';
import type { FileFacts } from '../store/queries/explain-file.ts';
import type { Store } from '../store/store.ts';

export interface ExplainContext {
  store: Store;
  roots: readonly string[];
  rules: readonly Rule[];
  lanes: Lanes;
  senses: SenseHealth[];
  /** By which pattern a path beneath a root is not perceived. */
  ignoredBy(path: string): Promise<Explanation['ignored']>;
}

/** Answers, in the daemon's own order, what was seen of a file, what was made of it, and why or why not. */
export async function explain(path: string, context: ExplainContext): Promise<Explanation> {
  const root = context.roots.find((each) => path.startsWith(each === '/' ? each : `${each}/`)) ?? null;
  const facts = await context.store.read('explainFile', { path, root });
  const kind = await kindOnDisk(path);
  const ignored = await whyNotPerceived(path, root, kind, context);
  const change = lastChange(facts);
  const rules = decide({ path, change, from: undefined }, context.rules).map(({ rule, match, why }) => ({
    rule: rule.name,
    matched: match !== null && !match.carried,
    why,
  }));
  const thoughts = facts.thoughts.map(({ version, ...thought }) => {
    const where = context.lanes.routes.get(version);
    const held =
      thought.state === 'ready' && where !== undefined && where.kind !== 'go' ? where.reason : null;
    return { ...thought, held };
  });
  const { seen, events, writtenBy } = facts;
  const found = { path, root, ignored, onDisk: kind !== null, seen, events, rules, thoughts, writtenBy };
  return { ...found, summary: summaryOf(found) };
}

async function whyNotPerceived(
  path: string,
  root: string | null,
  kind: string | null,
  context: ExplainContext,
): Promise<Explanation['ignored']> {
  if (root === null) {
    const watched = context.roots.length > 0 ? context.roots.join(', ') : 'nothing';
    return { by: 'it is in no watched folder', pattern: `watched: ${watched}` };
  }
  const offline = context.senses
    .flatMap((sense) => sense.roots)
    .find((each) => each.path === root && each.state === 'offline');
  if (offline) return { by: 'its watched folder is offline', pattern: offline.detail };
  const pattern = await context.ignoredBy(path);
  if (pattern) return pattern;
  return kind === null || kind === 'file' ? null : { by: 'it is not an ordinary file', pattern: kind };
}

async function kindOnDisk(path: string): Promise<string | null> {
  try {
    const stat = await lstat(toFs(path));
    if (stat.isFile()) return 'file';
    if (stat.isDirectory()) return 'directory';
    return stat.isSymbolicLink() ? 'symbolic link: links are not followed' : 'device, socket or pipe';
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    return `unreadable (${systemCode(error) ?? 'error'})`;
  }
}

function lastChange(facts: FileFacts): FileChange {
  const [last] = facts.events;
  const known = last?.change;
  return known === 'modified' || known === 'deleted' || known === 'moved' ? known : 'added';
}

function summaryOf(found: Omit<Explanation, 'summary'>): string {
  const [thought] = found.thoughts;
  if (thought) {
    const applied = thought.outputs
      .filter((output) => output.state === 'applied')
      .map((output) => output.target);
    const because = thought.held ?? thought.reason;
    const written = applied.length > 0 ? `; written: ${applied.join(', ')}` : '';
    return `Rule ${thought.rule} made thought ${thought.id} of it, which is ${thought.held === null ? thought.state : 'held'}${because ? ` (${because})` : ''}${written}.`;
  }
  if (found.writtenBy)
    return `The daemon wrote it (thought ${found.writtenBy.thought}): its own writes never trigger it.`;
  if (found.ignored) return `It is not perceived: ${found.ignored.by} (${found.ignored.pattern}).`;
  if (!found.onDisk && !found.seen) return 'It does not exist, and was never seen.';
  if (!found.seen) return 'It was not seen yet: is the daemon still scanning?';
  const wanted = found.rules.filter((rule) => rule.matched);
  if (wanted.length > 0 && found.seen.existing) {
    return `It was there before rule ${wanted[0]?.rule} met this folder, and that rule ignores existing files.`;
  }
  if (wanted.length > 0)
    return 'It was seen before the rules that match it now; a new change will be thought about.';
  return 'It was seen, and no rule wants it.';
}
