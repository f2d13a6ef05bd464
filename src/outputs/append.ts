import type { Disk } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { PendingOutput, PlannedOutput, UndoJob } from '../contract/output.ts';
import { entryOf } from './entry.ts';
import { unclearReason } from './gap.ts';
import { look } from './look.ts';
import {
  type Applied,
  type ApplyContext,
  type Draft,
  type OutputHandler,
  temporaryBeside,
  type UndoContext,
  type Undone,
} from './output.ts';
import { create, remove, replace, writeTemporary } from './place.ts';
import { isTakenBack, stays, takeBack } from './take-back.ts';

/** How often a file that somebody else writes to at the same time is read again before it becomes a hold. */
const MAX_RACES = 20;

/**
 * A block at the end of a file, once: a marker line tells that it is there. The file is replaced whole by a longer
 * copy, so that a crash leaves it old or new and never half.
 */
export const append: OutputHandler = {
  kind: 'append',

  async plan(draft: Draft, disk: Disk): Promise<PlannedOutput> {
    return { ...this.planUnseen(draft), before: (await look(disk, draft.wanted))?.sha256 ?? null };
  },

  planUnseen({ thought, position, wanted, body }: Draft): PlannedOutput {
    const content = `${markerOf(thought, position)}\n${body.replace(/\n*$/, '\n')}`;
    const target = wanted;
    return { position, kind: 'append', mode: 'append', wanted, target, content, before: null, reason: '' };
  },

  after: (standing, { content }) => appended(standing === null ? null : Buffer.from(standing), content),

  async apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
    const { target } = output;
    const { disk } = context;
    const temporary = temporaryBeside(target, context.thought, output.position);
    await context.makeFolder();
    for (let race = 0; race < MAX_RACES; race += 1) {
      const standing = await look(disk, target);
      if (standing?.content.includes(markerOf(context.thought, output.position))) {
        await remove(disk, temporary);
        // A try before a crash put it there, perhaps without making the name durable.
        await context.syncFolder();
        // After records were lost, the same mark may have been given to another block.
        return context.gaps.length === 0 || standing.content.includes(output.content.trimEnd())
          ? { state: 'applied', target, reason: '' }
          : { state: 'proposed', target, reason: unclearReason(target) };
      }
      const content = appended(standing?.content ?? null, output.content);
      const stat = await writeTemporary(disk, temporary, content, standing?.mode ?? null);
      // Nothing is replaced: the marked block alone can be taken out again.
      await context.commit(target, entryOf(stat, content, context), null);
      if (
        standing === null
          ? await create(disk, temporary, target)
          : await replaceSame(disk, temporary, target, standing.sha256)
      ) {
        await context.syncFolder();
        return { state: 'applied', target, reason: '' };
      }
    }
    throw new CodedError('output-held', `${target} is being written to by another program`, {
      retryable: true,
    });
  },

  async undo(job: UndoJob, context: UndoContext): Promise<Undone> {
    const { target, content } = job;
    const standing = await look(context.disk, target);
    if (isTakenBack(job, standing)) {
      await context.syncFolder();
      return { undone: true };
    }
    if (standing === null) return stays(`${target} is not there any more: it was moved or deleted since`);
    if (content === null)
      return stays(`what was appended to ${target} was removed by retention (undo in the configuration)`);
    const at = standing.content.indexOf(content);
    if (at === -1) {
      const isThere = standing.content.includes(markerOf(job.id, job.position));
      return stays(
        isThere
          ? `the block in ${target} was changed since it was appended`
          : `the block is not in ${target} any more`,
      );
    }
    return takeBack(job, standing, without(job, standing.content, at), context);
  },
};

/** The file as it was before the block; null where there was none. */
function without({ before, content }: UndoJob, whole: Buffer, at: number): Buffer | null {
  const rest = whole.subarray(at + Buffer.byteLength(content ?? ''));
  const start = whole.subarray(0, at);
  if (start.length === 0 && rest.length === 0) return before === null ? null : start;
  // Its last line had no end: that of the block was put after it.
  const shorter = start.subarray(0, -1);
  if (rest.length === 0 && before !== null && sha256(shorter) === before) return shorter;
  return Buffer.concat([start, rest]);
}

/** Replaces the target unless it changed while the longer copy was made. */
async function replaceSame(disk: Disk, temporary: string, target: string, sha256: string): Promise<boolean> {
  if ((await look(disk, target))?.sha256 !== sha256) return false;
  await replace(disk, temporary, target);
  return true;
}

/** Says that a block is there; invisible where Markdown is shown. */
function markerOf(thought: string, position: number): string {
  return `<!-- consciousness ${thought}#${position} -->`;
}

/** A whole file, null = none yet, with a block at its end. */
function appended(whole: Buffer | null, block: string): Buffer {
  return Buffer.concat([withNewline(whole ?? Buffer.alloc(0)), Buffer.from(block)]);
}

function withNewline(content: Buffer): Buffer {
  return content.length > 0 && content.at(-1) !== 0x0a
    ? Buffer.concat([content, Buffer.from('\n')])
    : content;
}
