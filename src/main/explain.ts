import { lstat } from 'node:fs/promises';
import { decide } from '../attention/decide.ts';
import { systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { Explanation } from '../contract/api.ts';
import type { FileChange } from '../contract/event.ts';
import type { Rule } from '../contract/rule.ts';
import type { SenseHealth } from '../contract/status-view.ts';
import type { FileFacts } from '../store/queries/explain-file.ts';
import type { Store } from '../store/store.ts';

export interface ExplainContext {
  store: Store;
  roots: readonly string[];
  rules: readonly Rule[];
  /** Why ready thoughts of a rule version are held; null where they are not. `asked`: those that a person asked for. */
  why(version: string, asked: boolean): string | null;
  senses: SenseHealth[];
  /** By which pattern a path beneath a root is not perceived. */
  ignoredBy(path: string): Promise<Explanation['ignored']>;
}

const FOLDER = 'folder';
/** Digits of a thought's id that lists show, too. */
const ID_DIGITS = 10;

/** Answers, in the daemon's own order, what was seen of a file, what was made of it, and why or why not. */
export async function explain(path: string, context: ExplainContext): Promise<Explanation> {
  const root = context.roots.find((each) => isWithin(path, each)) ?? null;
  const facts = await context.store.read('explainFile', { path, root });
  // Of what is none of ours it is not even told whether it is there.
  const isOurs = root !== null || facts.writtenBy !== null;
  const kind = isOurs ? await kindOnDisk(path) : null;
  const ignored = await whyNotPerceived(path, root, kind, context);
  const unknown = kind === null && facts.seen === null && facts.events.length === 0;
  // Rules are about files: of a folder none says anything.
  const asked = kind === FOLDER ? [] : context.rules;
  const rules = rulesOf(path, facts, asked).map((rule) =>
    unknown && rule.matched ? { ...rule, why: 'would match, if it were added' } : rule,
  );
  const thoughts = facts.thoughts.map(({ version, ...thought }) => {
    const held = thought.state === 'ready' ? context.why(version, thought.context.asked === true) : null;
    return { ...thought, held };
  });
  const { seen, events, writtenBy } = facts;
  const found = { path, root, ignored, onDisk: kind !== null, seen, events, rules, thoughts, writtenBy };
  return { ...found, summary: summaryOf({ ...found, kind, gone: goneOf(kind, facts) }) };
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === '/' ? root : `${root}/`);
}

/** What each rule makes of the last change; that a thought came of it outweighs what it would be alone. */
function rulesOf(path: string, facts: FileFacts, rules: readonly Rule[]): Explanation['rules'] {
  const [last] = facts.events;
  return decide({ path, change: lastChange(facts), from: undefined }, rules).map(({ rule, match, why }) => {
    const matched = match !== null && !match.carried;
    const came = facts.thoughts.some(
      (thought) => thought.rule === rule.name && last !== undefined && thought.context.event === last.seq,
    );
    if (matched || !came) return { rule: rule.name, matched, why };
    const how =
      last?.change === 'moved'
        ? 'it was moved here, and a thought came of that'
        : `it was ${last?.change}, and that took the place of an unfinished thought`;
    return { rule: rule.name, matched: true, why: how };
  });
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
  if (path === root) return null;
  const pattern = await context.ignoredBy(path);
  if (pattern && pattern.by !== 'it is not an ordinary file') {
    // Patterns are told as nouns, everything else as a sentence.
    return pattern.by.startsWith('it ') ? pattern : { ...pattern, by: `it is ignored by ${pattern.by}` };
  }
  if (kind === null || kind === 'file' || kind === FOLDER) return null;
  return { by: 'it is not an ordinary file', pattern: kind };
}

async function kindOnDisk(path: string): Promise<string | null> {
  try {
    const stat = await lstat(toFs(path));
    if (stat.isFile()) return 'file';
    if (stat.isDirectory()) return FOLDER;
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

/** That a file which was there is not any more, and where it went; empty where there is nothing to say. */
function goneOf(kind: string | null, facts: FileFacts): string {
  const [last] = facts.events;
  if (kind !== null || (facts.seen === null && last === undefined)) return '';
  const { movedTo } = facts;
  if (movedTo !== null && movedTo.seq > (last?.seq ?? 0))
    return `It is gone: it was moved to ${movedTo.path}.`;
  return last?.change === 'deleted' ? 'It is gone: it was deleted.' : 'It is gone.';
}

type Found = Omit<Explanation, 'summary'> & { kind: string | null; gone: string };

function summaryOf(found: Found): string {
  const sentences = [found.gone, standing(found)].filter((sentence) => sentence !== '');
  return sentences.join(' ');
}

function standing(found: Found): string {
  const { root, thoughts, writtenBy, ignored, seen, gone } = found;
  if (thoughts.length > 0) return newestOfEachRule(thoughts).map(thoughtSentence).join(' ');
  if (writtenBy) {
    const id = writtenBy.thought.slice(0, ID_DIGITS);
    return `The daemon wrote it (thought ${id}): its own writes never trigger it.`;
  }
  if (ignored) return `It is not perceived: ${ignored.by} (${ignored.pattern}).`;
  if (found.path === root) return 'It is a watched folder: rules are about the files in it.';
  if (found.kind === FOLDER)
    return `It is a folder in the watched folder ${root}: rules are about the files in it.`;
  const wanted = found.rules.filter((rule) => rule.matched).map((rule) => rule.rule);
  if (gone !== '') return wanted.length > 0 ? '' : 'No rule wanted it.';
  const names = `${wanted.length === 1 ? 'rule' : 'rules'} ${wanted.join(', ')}`;
  if (!found.onDisk) {
    const would = wanted.length === 0 ? 'no rule would match' : `${names} would match`;
    return `It does not exist, and was never seen; ${would}, if it were added.`;
  }
  if (!seen) return 'It was not seen yet: is the daemon still scanning?';
  if (wanted.length === 0) return 'It was seen, and no rule wants it.';
  if (!seen.existing && found.events.length === 0)
    return 'It was seen; what happened to it before was removed by retention.';
  if (seen.existing) {
    const ignore = wanted.length === 1 ? 'that rule ignores' : 'these rules ignore';
    return `It was there before ${names} met this folder, and ${ignore} existing files.`;
  }
  return `It was seen before ${names} matched it; a new change will be thought about.`;
}

type ExplainedThought = Explanation['thoughts'][number];

/** Thoughts are newest first. */
function newestOfEachRule(thoughts: readonly ExplainedThought[]): ExplainedThought[] {
  return thoughts.filter((thought, at) => thoughts.findIndex((each) => each.rule === thought.rule) === at);
}

function thoughtSentence(thought: ExplainedThought): string {
  const applied = thought.outputs
    .filter((output) => output.state === 'applied')
    .map((output) => output.target);
  const state = thought.held === null ? thought.state : 'held';
  const because = thought.held ?? thought.reason;
  const written = applied.length > 0 ? `; written: ${applied.join(', ')}` : '';
  return `Rule ${thought.rule} made thought ${thought.id.slice(0, ID_DIGITS)} of it, which is ${state}${because ? ` (${because})` : ''}${written}.`;
}
