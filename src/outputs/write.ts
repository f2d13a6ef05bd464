import type { Disk } from '../base/disk.ts';
import { sha256 } from '../base/ids.ts';
import type { PendingOutput, PlannedOutput, UndoJob } from '../contract/output.ts';
import { entryOf } from './entry.ts';
import { freeName } from './free-name.ts';
import { foundAt, unclearReason } from './gap.ts';
import { look, type Standing } from './look.ts';
import {
  type Applied,
  type ApplyContext,
  type Draft,
  type OutputHandler,
  temporaryBeside,
  type UndoContext,
  type Undone,
} from './output.ts';
import { create, inodeOf, remove, replace, writeTemporary } from './place.ts';
import { isTakenBack, stays, takeBack } from './take-back.ts';

/**
 * A whole file. It replaces only what this rule wrote for this subject; what a person has edited since becomes a
 * proposal, and any other file there is left alone: the next free `name-2` is taken.
 */
export const write: OutputHandler = {
  kind: 'write',

  async plan(draft: Draft, disk: Disk): Promise<PlannedOutput> {
    const former = draft.former.find((each) => each.wanted === draft.wanted);
    const planned = {
      position: draft.position,
      kind: 'write' as const,
      wanted: draft.wanted,
      content: draft.body,
      reason: '',
    };
    if (former) {
      const standing = await look(disk, former.target);
      // After records were lost, our last write may be a newer one than the ledger says: the same bytes are ours.
      const isNewer = draft.gaps.length > 0 && standing?.sha256 === sha256(draft.body);
      if (standing?.sha256 === former.sha256 || (standing && isNewer))
        return { ...planned, mode: 'replace', target: former.target, before: standing.sha256 };
      if (standing)
        return {
          ...planned,
          mode: 'replace',
          proposed: true,
          target: former.target,
          before: standing.sha256,
          reason: editedSince(former.target),
        };
      return { ...planned, mode: 'create', target: former.target, before: null };
    }
    const target = await freeName(disk, draft.wanted, async (name) => {
      const found = await foundAt(disk, name, draft.body, draft.gaps);
      return found.kind !== 'foreign';
    });
    const found = await foundAt(disk, target, draft.body, draft.gaps);
    return found.kind === 'unclear'
      ? { ...planned, mode: 'create', proposed: true, target, before: null, reason: unclearReason(target) }
      : { ...planned, mode: 'create', target, before: null };
  },

  /** What we wrote before is replaced only if it still looks so when it is applied; a new file never replaces one. */
  planUnseen({ position, wanted, body, former }: Draft): PlannedOutput {
    const ours = former.find((each) => each.wanted === wanted);
    const planned = { position, kind: 'write' as const, wanted, content: body, reason: '' };
    return ours
      ? { ...planned, mode: 'replace', target: ours.target, before: ours.sha256 }
      : { ...planned, mode: 'create', target: wanted, before: null };
  },

  async review(draft: Draft, disk: Disk): Promise<PlannedOutput> {
    const planned = await this.plan(draft, disk);
    if (planned.mode !== 'create') return planned;
    // Only what may be this very note stands where a new one is planned: a person sees it, and decides.
    const standing = await look(disk, planned.target);
    return standing === null ? planned : { ...planned, mode: 'replace', before: standing.sha256 };
  },

  edited: (_proposed, content) => content,

  async apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
    const { target } = output;
    if (await isPlaced(output, context)) return { state: 'applied', target, reason: '' };
    await context.makeFolder();
    return output.mode === 'replace' ? applyReplace(output, context) : applyCreate(output, context);
  },

  async undo(job: UndoJob, context: UndoContext): Promise<Undone> {
    const { target, ledger, replaced } = job;
    const standing = await look(context.disk, target);
    if (isTakenBack(job, standing)) {
      await context.syncFolder();
      return { undone: true };
    }
    if (standing === null) return stays(`${target} is not there any more: it was moved or deleted since`);
    if (standing.sha256 !== ledger?.sha256) return stays(`${target} was changed since it was written`);
    if (replaced.kind === 'removed')
      return stays(`what ${target} held before was removed by retention (undo in the configuration)`);
    return takeBack(job, standing, replaced.kind === 'bytes' ? replaced.bytes : null, context);
  },
};

/**
 * Whether a try before a crash got as far as the target. The temporary file goes only when it has taken its place,
 * so its absence tells, even where a person has replaced our file since; a power cut that took its name is told
 * apart by what stands at the target. Leftovers are cleared away.
 */
async function isPlaced(output: PendingOutput, context: ApplyContext): Promise<boolean> {
  const { target, ledger } = output;
  const { disk } = context;
  if (ledger === null) return false;
  const temporary = temporaryBeside(target, context.thought, output.position);
  if ((await inodeOf(disk, target)) !== ledger.ino) {
    if ((await inodeOf(disk, temporary)) !== null) return false;
    const standing = await look(disk, target);
    if (standing === null || standing.sha256 === output.before) return false;
  }
  await remove(disk, temporary);
  await context.syncFolder();
  return true;
}

async function applyReplace(output: PendingOutput, context: ApplyContext): Promise<Applied> {
  const { target } = output;
  const { disk } = context;
  const standing = await look(disk, target);
  if (standing === null) return applyCreate(output, context);
  if (context.gaps.length > 0 && standing.sha256 === sha256(output.content))
    return adopt(output, standing, context);
  if (standing.sha256 !== output.before) return { state: 'proposed', target, reason: editedSince(target) };
  const temporary = temporaryBeside(target, context.thought, output.position);
  const content = Buffer.from(output.content);
  const stat = await writeTemporary(disk, temporary, content, standing.mode);
  await context.commit(target, entryOf(stat, content, context), standing.content);
  // The commit took its time: what a person saved meanwhile is looked for once more, right before the rename.
  if ((await look(disk, target))?.sha256 !== output.before) {
    // Recorded first: without its temporary file, a try after a crash would take this one for placed.
    await context.propose(target, editedSince(target));
    await remove(disk, temporary);
    return { state: 'proposed', target, reason: editedSince(target) };
  }
  await replace(disk, temporary, target);
  await context.syncFolder();
  return { state: 'applied', target, reason: '' };
}

async function applyCreate(output: PendingOutput, context: ApplyContext): Promise<Applied> {
  const { disk } = context;
  const temporary = temporaryBeside(output.target, context.thought, output.position);
  const content = Buffer.from(output.content);
  const stat = await writeTemporary(disk, temporary, content, null);
  let target = output.target;
  for (;;) {
    await context.commit(target, entryOf(stat, content, context), null);
    if (await create(disk, temporary, target)) break;
    const found = await foundAt(disk, target, output.content, context.gaps);
    if (found.kind !== 'foreign') await remove(disk, temporary);
    if (found.kind === 'ours') return adopt({ ...output, target }, found.standing, context);
    if (found.kind === 'unclear') return { state: 'proposed', target, reason: unclearReason(target) };
    target = await freeName(disk, output.wanted);
  }
  await context.syncFolder();
  const reason = target === output.wanted ? '' : `${output.wanted} was taken, so another name was`;
  return { state: 'applied', target, reason };
}

/** What is to be written stands there already, though the ledger lost it: from now on it knows it again. */
async function adopt(output: PendingOutput, standing: Standing, context: ApplyContext): Promise<Applied> {
  const { target } = output;
  await context.commit(target, entryOf(standing, standing.content, context), null);
  return { state: 'applied', target, reason: 'it was there already: written before the database was lost' };
}

function editedSince(target: string): string {
  return `${target} was edited since it was written: nothing is overwritten without you`;
}
