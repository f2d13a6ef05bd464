import { decide } from '../../src/attention/decide.ts';
import type { ContentHash } from '../../src/base/content-hash.ts';
import type { FileChange } from '../../src/contract/event.ts';
import type { Rule } from '../../src/contract/rule.ts';
import type { SqliteConnection } from '../../src/store/sqlite.ts';
import { statement } from '../../src/store/statement.ts';
import { simulatedAnswer } from './rules.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { ROOT } from './simulated-sense.ts';

/** The end of a simulated world, in which every fault is over and everything was given its time. */
export interface End {
  connection: SqliteConnection;
  disk: SimulatedDisk;
  /** By name in the inbox: the content, or null where it is deleted. */
  files: ReadonlyMap<string, string | null>;
  /** How often each was written. */
  writes: ReadonlyMap<string, number>;
  asked: ReadonlyMap<string, boolean>;
  rules: readonly Rule[];
  hash: ContentHash;
  answered: readonly string[];
}

export interface Findings {
  lost: string[];
  doubled: string[];
}

interface ThoughtRow {
  id: string;
  rule: string;
  subject: string;
  event: number;
  state: string;
  reason: string;
  answer: string | null;
}

const eventRows = statement<
  Record<string, never>,
  { seq: number; subject: string; kind: string; sense: string }
>('SELECT seq, subject, kind, sense FROM events ORDER BY seq');
const thoughtRows = statement<Record<string, never>, ThoughtRow>(
  'SELECT id, rule, subject, event, state, reason, answer FROM thoughts ORDER BY seq',
);
const indexRows = statement<Record<string, never>, { path: string; hash: string | null }>(
  'SELECT path, hash FROM files WHERE present = 1',
);
const openRows = statement<Record<string, never>, { open: string }>(
  `SELECT rule || ' of ' || subject || ' is ' || state || ' (' || reason || ')' AS open
   FROM thoughts WHERE state NOT IN ('done', 'dead', 'cancelled')`,
);
const crowded = statement<Record<string, never>, { rule: string; subject: string }>(
  `SELECT rule, subject FROM thoughts WHERE state IN ('running', 'answered') GROUP BY rule, subject HAVING count(*) > 1`,
);

/** What must be true after every commit; what is not. */
export function wrongNow(connection: SqliteConnection): string[] {
  return connection
    .all(crowded, {})
    .map(({ rule, subject }) => `two thoughts of ${rule} and ${subject} are between running and done`);
}

/** What is not done yet; empty where the world has come to rest. */
export function openWork({ connection, disk, files, hash }: End): string[] {
  const open = connection.all(openRows, {}).map((row) => row.open);
  const index = new Map(connection.all(indexRows, {}).map((row) => [row.path, row.hash]));
  const there = new Map(Array.from(disk.files()).filter(([path]) => isPerceived(path)));
  for (const [path, content] of there) {
    if (index.get(path.slice(ROOT.length + 1)) !== hash(Buffer.from(content)))
      open.push(`${path} is not journaled as it is`);
  }
  for (const path of index.keys())
    if (!there.has(`${ROOT}/${path}`)) open.push(`the deletion of ${path} is not journaled`);
  for (const [name, content] of files)
    if ((there.get(`${ROOT}/${name}`) ?? null) !== content) open.push(`${name} is not as the world left it`);
  return open;
}

/** Compares the end with what a small model of the whole says it must be. */
export function judge(end: End): Findings {
  const findings: Findings = { lost: [], doubled: [] };
  const events = end.connection.all(eventRows, {});
  const thoughts = end.connection.all(thoughtRows, {});
  findings.lost.push(...openWork(end));
  judgeEvents(end, events, findings);
  judgeThoughts(end, events, thoughts, findings);
  judgeRequests(end, thoughts, findings);
  judgeFiles(end, thoughts, findings);
  return findings;
}

function judgeEvents(
  { files, writes }: End,
  events: { subject: string; kind: string; sense: string }[],
  { doubled }: Findings,
): void {
  const told = new Map<string, number>();
  for (const { subject, kind, sense } of events) {
    if (sense !== 'files') continue;
    const name = subject.slice(`file:${ROOT}/`.length);
    if (!files.has(name)) doubled.push(`our own ${subject} was taken for somebody else's: ${kind}`);
    if (kind !== 'deleted') told.set(name, (told.get(name) ?? 0) + 1);
  }
  for (const [name, times] of told) {
    if (times > (writes.get(name) ?? 0))
      doubled.push(`${name} was written ${writes.get(name)} times and told ${times}`);
  }
}

function judgeThoughts(
  { rules }: End,
  events: { seq: number; subject: string; kind: string; sense: string }[],
  thoughts: ThoughtRow[],
  { lost, doubled }: Findings,
): void {
  const newest = new Map(events.map(({ subject, seq }) => [subject, seq]));
  for (const { seq, subject, kind, sense } of events) {
    if (sense !== 'files') continue;
    // The journal's own words: a change is one of those that a rule may ask for.
    const question = { path: subject.slice('file:'.length), change: kind as FileChange, from: undefined };
    for (const { rule, match } of decide(question, rules)) {
      const about = thoughts.filter((each) => each.event === seq && each.rule === rule.name);
      const ended = about.filter(({ state }) => state === 'done').length;
      if (!match || match.carried) {
        if (about.length > 0) doubled.push(`nobody wanted a thought of ${rule.name} about event ${seq}`);
      } else if (about.length === 0) lost.push(`event ${seq} of ${subject} has no thought of ${rule.name}`);
      if (ended > 1) doubled.push(`event ${seq} of ${subject} was thought ${ended} times by ${rule.name}`);
      if (match && !match.carried && newest.get(subject) === seq && ended === 0)
        lost.push(
          `the newest of ${subject} was not thought by ${rule.name}: ${about.map(({ reason }) => reason).join('; ')}`,
        );
    }
  }
  for (const { rule, subject, event, state, reason } of thoughts) {
    const isOld = newest.get(subject) !== event;
    const isOutdated =
      isOld && (reason.startsWith('superseded') || state === 'dead' || reason.endsWith('by a person'));
    const isReplaced = state === 'cancelled' && reason.startsWith('replaced by');
    // Asked for again, it is thought under the rule's newer version, as another thought.
    const isAgain = thoughts.some(
      (each) => each.event === event && each.rule === rule && each.state === 'done',
    );
    if (state !== 'done' && !isOutdated && !isReplaced && !isAgain)
      lost.push(`${rule} of ${subject} is ${state}: ${reason}`);
  }
}

function judgeRequests({ asked }: End, thoughts: ThoughtRow[], { lost, doubled }: Findings): void {
  for (const [key, accepted] of asked) {
    const about = thoughts.filter(({ subject }) => subject === `request:${key}`);
    const ended = about.filter(({ state }) => state === 'done').length;
    if (accepted && ended === 0) lost.push(`request ${key} was accepted and not answered`);
    if (about.length > 1) doubled.push(`request ${key} is ${about.length} thoughts`);
  }
}

function judgeFiles(
  { disk, files, answered }: End,
  thoughts: ThoughtRow[],
  { lost, doubled }: Findings,
): void {
  const there = disk.files();
  const expected = new Set([...files.keys()].map((name) => `${ROOT}/${name}`));
  for (const [name, content] of files) {
    const note = `${ROOT}/notes/${name}`;
    expected.add(note);
    if (content === null) continue;
    const wanted = String(simulatedAnswer(content));
    if (there.get(note) !== wanted)
      lost.push(`the note of ${name} says ${there.get(note)} and not ${wanted}`);
    if (!answered.some((prompt) => prompt.includes(content)))
      lost.push(`nobody ever answered about ${name} as it is`);
  }
  const log = there.get('/notes/log.md') ?? '';
  const blocks = Array.from(log.matchAll(/^<!-- consciousness (\w+)#0 -->\n- .*$/gm), ([, id]) => id);
  if (2 * blocks.length !== log.split('\n').filter((line) => line !== '').length)
    doubled.push('the log has half a block');
  expected.add('/notes/log.md');
  const done = thoughts.filter(({ rule, state }) => rule === 'log' && state === 'done');
  for (const { id, subject, answer } of done) {
    const times = blocks.filter((block) => block === id).length;
    if (times === 0) lost.push(`the log has no block of ${id} about ${subject}`);
    if (times > 1) doubled.push(`the log has ${times} blocks of ${id} about ${subject}`);
    const { title } = JSON.parse(answer ?? '{}');
    expected.add(`/notes/cards/${title}.md`);
    if (there.get(`/notes/cards/${title}.md`) !== `card ${title}`)
      lost.push(`the card ${title} is not there or not whole`);
  }
  for (const id of blocks)
    if (!done.some((each) => each.id === id)) doubled.push(`the log has a block of ${id}, which is not done`);
  for (const path of there.keys()) if (!expected.has(path)) doubled.push(`nobody asked for ${path}`);
}

function isPerceived(path: string): boolean {
  return path.startsWith(`${ROOT}/`) && !path.includes('/.consciousness-');
}
