import type { ContentHash } from '../../src/base/content-hash.ts';
import type { Books, ThoughtFact, Tree } from './evidence.ts';
import type { World, WrittenFile } from './world.ts';

/** Everything that tells what became of the world's changes; nothing in here is asked of the daemon's own word alone. */
export interface Evidence {
  files: readonly WrittenFile[];
  asked: World['asked'];
  /** Names of the rules in force. */
  rules: readonly string[];
  /** Events that a daemon had told of before it died: told is promised. */
  told: readonly { seq: number; path: string }[];
  books: Books;
  notes: Tree;
  /** What the model server was asked. */
  prompts: readonly string[];
  hash: ContentHash;
  /**
   * Two daemons worked on one home, which the lock forbids: the one that was overtaken may leave its temporary file
   * behind, since it cannot know that the other does not need it.
   */
  overtaken: boolean;
}

export interface Verdict {
  lost: string[];
  doubled: string[];
}

/** The rules that want deletions, too. */
const WANT_DELETED = new Set(['log']);

/** Compares what was written, what the journal says, what is on disk, and what the model was asked. */
export function audit(evidence: Evidence): Verdict {
  const verdict: Verdict = { lost: [], doubled: [] };
  auditJournal(evidence, verdict);
  auditThoughts(evidence, verdict);
  auditRequests(evidence, verdict);
  auditNotes(evidence, verdict);
  auditBlocks(evidence, verdict);
  return verdict;
}

/** The index is the tree, and what was told of is journaled. */
function auditJournal({ files, told, books, hash }: Evidence, { lost, doubled }: Verdict): void {
  for (const { path, now } of files) {
    const known = books.index.get(path);
    if (now === null && known !== undefined) lost.push(`the deletion of ${path} was not journaled`);
    if (now !== null && known !== hash(Buffer.from(now)))
      lost.push(`the last content of ${path} was not journaled`);
  }
  const bySeq = new Map(books.events.map((event) => [event.seq, event]));
  for (const { seq, path } of told) {
    if (bySeq.get(seq)?.subject !== `file:${path}`)
      lost.push(`event ${seq} of ${path} was told of and is gone`);
  }
  for (const { path, contents } of files) {
    const events = books.events.filter((event) => event.subject === `file:${path}`);
    // A file is written or deleted so often; it cannot have changed more often than that.
    const changes = events.filter((event) => event.kind !== 'deleted').length;
    if (changes > contents.length)
      doubled.push(`${path} was written ${contents.length} times and journaled ${changes}`);
  }
}

/** Each event has one thought for each rule that wants it, and each thought one end with a reason. */
function auditThoughts({ files, books, rules }: Evidence, { lost, doubled }: Verdict): void {
  const newest = new Map(books.events.map((event) => [event.subject, event.seq]));
  const paths = new Set(files.map(({ path }) => `file:${path}`));
  for (const event of books.events) {
    if (event.sense !== 'files' || !paths.has(event.subject)) continue;
    for (const rule of rules) {
      if (event.kind === 'deleted' && !WANT_DELETED.has(rule)) continue;
      const thoughts = books.thoughts.filter(
        (each) => each.event === event.seq && each.rule === rule && !isReplaced(each),
      );
      if (thoughts.length === 0) lost.push(`${event.dedup} has no thought of ${rule}`);
      if (thoughts.length > 1) doubled.push(`${event.dedup} has ${thoughts.length} thoughts of ${rule}`);
    }
  }
  for (const thought of books.thoughts) {
    const isNewest = newest.get(thought.subject) === thought.event;
    const isSuperseded =
      thought.state === 'cancelled' && thought.reason.startsWith('superseded') && !isNewest;
    if (thought.state !== 'done' && !isSuperseded && !isReplaced(thought))
      lost.push(`${thought.rule} of ${thought.subject} is ${thought.state}: ${thought.reason}`);
  }
}

/** Another version of its rule came into force: another thought stands in its place. */
function isReplaced({ state, reason }: ThoughtFact): boolean {
  return state === 'cancelled' && reason.startsWith('replaced by the newer version');
}

function auditRequests({ asked, books }: Evidence, { lost, doubled }: Verdict): void {
  for (const [key, { accepted }] of asked) {
    const thoughts = books.thoughts.filter(({ subject }) => subject === `request:${key}`);
    if (accepted && thoughts.length === 0) lost.push(`request ${key} was accepted and is gone`);
    if (thoughts.length > 1) doubled.push(`request ${key} is ${thoughts.length} thoughts`);
  }
}

/** Every note is there once with the newest content, and nothing else is there. */
function auditNotes(evidence: Evidence, { lost, doubled }: Verdict): void {
  const { files, books, notes, prompts, overtaken } = evidence;
  const expected = new Set(['log.md', 'cards.md']);
  for (const { name, path, contents, now } of files) {
    const note = notes.get(`copies/${name}`);
    const words = contents.map(wordOf);
    expected.add(`copies/${name}`);
    if (now !== null && note !== `noted ${wordOf(now)}`)
      lost.push(`the note of ${path} says ${JSON.stringify(note)} and not ${wordOf(now)}`);
    else if (note !== undefined && !words.some((word) => note === `noted ${word}`))
      doubled.push(`the note of ${path} says what was never written: ${JSON.stringify(note)}`);
    if (now !== null && !prompts.some((prompt) => prompt.includes(wordOf(now))))
      lost.push(`the model was never asked about ${wordOf(now)}`);
  }
  for (const { subject, answer } of doneOf(books, 'card')) {
    const title = titleOf(answer);
    const name = subject.slice(subject.lastIndexOf('/') + 1);
    expected.add(`cards/${title}.md`);
    const card = notes.get(`cards/${title}.md`);
    if (card !== `${title} of ${name}`)
      lost.push(`the card ${title} of ${subject} says ${JSON.stringify(card)}`);
  }
  for (const name of notes.keys()) {
    const mayBe = expected.has(name) || (overtaken && /\/\.consciousness-\w+-\d+\.tmp$/.test(`/${name}`));
    if (!mayBe) doubled.push(`nobody asked for ${name}`);
  }
}

/** Each appended block is there once, for each thought that is done, and for no other. */
function auditBlocks({ books, notes }: Evidence, { lost, doubled }: Verdict): void {
  for (const [file, rule, position] of [
    ['log.md', 'log', 0],
    ['cards.md', 'card', 1],
  ] as const) {
    const text = notes.get(file) ?? '';
    const blocks = Array.from(text.matchAll(/^<!-- consciousness (\w+)#(\d+) -->\n- (.*)$/gm));
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.length !== 2 * blocks.length) doubled.push(`${file} has a half block or one without its mark`);
    const done = doneOf(books, rule);
    for (const { id, subject } of done) {
      const times = blocks.filter((block) => block[1] === id && block[2] === String(position)).length;
      if (times === 0) lost.push(`${file} has no block of ${id} about ${subject}`);
      if (times > 1) doubled.push(`${file} has ${times} blocks of ${id} about ${subject}`);
    }
    for (const block of blocks) {
      if (!done.some(({ id }) => id === block[1]))
        doubled.push(`${file} has a block of ${block[1]}, which is not done`);
    }
  }
}

function doneOf(books: Books, rule: string): ThoughtFact[] {
  return books.thoughts.filter((thought) => thought.rule === rule && thought.state === 'done');
}

function wordOf(content: string): string {
  return /word-\d+/.exec(content)?.[0] ?? '';
}

function titleOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'title' in answer ? String(answer.title) : '';
}
