import type { Disk } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import type { PendingOutput, PlannedOutput, UndoJob } from '../contract/output.ts';
import { carry, resumeCarry, type Way } from './carry.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { freeName } from './free-name.ts';
import {
  type Applied,
  type ApplyContext,
  type Draft,
  type MoveContext,
  type OutputHandler,
  temporaryBeside,
  type UndoContext,
  type Undone,
} from './output.ts';
import { inodeOf } from './place.ts';
import { stays } from './take-back.ts';

/** The file that an event is about gets another name, in whatever folder beneath an output root. */
export const move = moving('move');
/** The same, in its own folder. */
export const rename = moving('rename');

/** In place of a content's hash: whatever the file holds, since a person has approved that it is moved. */
const WHATEVER = '';
/** The event knew of no content. */
const UNKNOWN = 'unknown';

function moving(kind: 'move' | 'rename'): OutputHandler {
  return {
    kind,
    compose: () => '',
    planUnseen: (draft) => planned(kind, draft),
    async plan(draft: Draft, disk: Disk): Promise<PlannedOutput> {
      const output = planned(kind, draft);
      if (output.source === output.wanted) return output;
      return { ...output, target: await freeName(disk, output.wanted) };
    },
    apply,
    undo,
  };
}

/** The content of a planned move is the hash of the file that is meant. */
function planned(kind: 'move' | 'rename', { position, wanted, source }: Draft): PlannedOutput {
  if (source === undefined)
    throw new CodedError('path-not-absolute', 'the event is about no file, so there is none to move');
  return {
    ...{ position, kind, mode: 'move', wanted, target: wanted, source: source.path },
    ...{ content: source.hash ?? UNKNOWN, before: null, reason: '' },
  };
}

async function apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
  const { source, target, wanted, ledger } = output;
  const { move: way } = context;
  if (source === undefined || way === undefined) throw new Error('a move without its source');
  const { from, to, isOurs, awaitReaders } = way;
  const names = { id: context.thought, position: output.position, hash: context.hash };
  if (ledger !== null && (await resumeCarry(wayOf(way, source, target, names), ledger)))
    return { state: 'applied', target, reason: '' };
  await awaitReaders();
  const file = await fingerprint(from.disk, source, context.hash);
  if (file === null)
    return { state: 'denied', target, reason: `${source} is not there any more: it was moved or deleted` };
  if (!(await isMeant(file, output.content, isOurs)))
    return {
      state: 'proposed',
      target,
      reason: `${whyNotMeant(source, output)}: it is not moved without you`,
    };
  // Before it is made, it is the deepest part of its path that is there.
  await context.makeFolder();
  const isThere = from.where() === to.where() && nameOf(source) === nameOf(wanted);
  if (isThere) return { state: 'applied', target: wanted, reason: 'it is there already' };
  let name = target;
  for (;;) {
    const came = await carry(wayOf(way, source, name, names), file, (entry) =>
      context.commit(name, entry, null),
    );
    if (came === 'carried') {
      const reason = name === wanted ? '' : `${wanted} was taken, so another name was`;
      return { state: 'applied', target: name, reason };
    }
    if (came === 'changed') {
      const reason = `${source} was changed while it was being moved: it is not moved without you`;
      return { state: 'proposed', target: name, reason };
    }
    name = await freeName(to.disk, wanted);
  }
}

/** It holds what the event tells of, or what an output of ours has made of that since. */
async function isMeant(file: Fingerprint, content: string, isOurs: MoveContext['isOurs']): Promise<boolean> {
  if (content === WHATEVER || content === file.hash) return true;
  const { ino, size, mtime, hash } = file;
  return content !== UNKNOWN && isOurs({ ino, size, mtime, hash, from: content });
}

function whyNotMeant(source: string, { content }: PendingOutput): string {
  return content === UNKNOWN
    ? `nobody has read what ${source} held when it was perceived`
    : `${source} was changed since`;
}

async function undo(job: UndoJob, context: UndoContext): Promise<Undone> {
  const { source, target, ledger, restored } = job;
  const { move: way } = context;
  if (source === undefined || way === undefined) throw new Error('a move without its source');
  // It was there already, and nothing was done.
  if (ledger === null) return { undone: true };
  const names = { id: job.id, position: job.position, hash: context.hash };
  const back = wayOf({ from: way.to, to: way.from }, target, source, names);
  if (restored !== null && (await resumeCarry(back, restored))) return { undone: true };
  const file = await fingerprint(way.to.disk, target, context.hash);
  if (file === null) return stays(`${target} is not there any more: it was moved or deleted since`);
  if (file.sha256 !== ledger.sha256) return stays(`${target} was changed since it was moved there`);
  if ((await inodeOf(way.from.disk, source)) !== null)
    return stays(`it cannot go back: another file is at ${source}`);
  await way.from.make();
  const came = await carry(back, file, context.restored);
  if (came === 'carried') return { undone: true };
  return stays(
    came === 'taken'
      ? `it cannot go back: another file is at ${source}`
      : `${target} was changed while it was being moved back: it stays`,
  );
}

function wayOf(
  { from, to }: Pick<MoveContext, 'from' | 'to'>,
  source: string,
  target: string,
  { id, position, hash }: { id: string; position: number } & Pick<Way, 'hash'>,
): Way {
  const aside = temporaryBeside(source, `${id}-from`, position);
  const temporary = temporaryBeside(target, id, position);
  return { from, source, aside, to, target, temporary, hash };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
