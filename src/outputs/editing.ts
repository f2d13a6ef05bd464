import type { Disk } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import type { OutputMode, PendingOutput, PlannedOutput, UndoJob } from '../contract/output.ts';
import type { Edit, Edited, Former, Task } from './edits/edit.ts';
import { markOf } from './edits/mark.ts';
import { entryOf } from './entry.ts';
import { unclearReason } from './gap.ts';
import { look, type Standing } from './look.ts';
import {
  type After,
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

/** A kind of output that edits a file which is a person's. */
export interface Editing {
  kind: OutputHandler['kind'];
  mode: OutputMode;
  edit: Edit;
  /** Whether what the file was is kept for an undo; else the edit alone is taken out again. */
  keeps: boolean;
  /** The draft's body: what it is to do. Omitted: the rendered body of the rule. */
  compose?: OutputHandler['compose'];
  /** What is planned of a draft; omitted: its body. */
  contentOf?(draft: Draft): string;
}

/**
 * Edits a file on the bytes that stand there when it is applied. The file is replaced whole by an edited copy, so that a
 * crash leaves it old or new and never half; what a person saves meanwhile is edited, too, and never lost.
 */
export function editing({ kind, mode, edit, keeps, compose, contentOf }: Editing): OutputHandler {
  return {
    kind,
    ...(compose === undefined ? {} : { compose }),

    async plan(draft: Draft, disk: Disk): Promise<PlannedOutput> {
      return { ...this.planUnseen(draft), before: (await look(disk, draft.wanted))?.sha256 ?? null };
    },

    planUnseen(draft: Draft): PlannedOutput {
      const { position, wanted } = draft;
      const content = contentOf?.(draft) ?? draft.body;
      return { position, kind, mode, wanted, target: wanted, content, before: null, reason: '' };
    },

    after(standing, { content, position, target }, thought): After {
      const whole = standing === null ? null : Buffer.from(standing);
      const edited = edit.apply(whole, { content, mark: markOf(thought, position), file: target });
      if (edited.kind === 'changed') return { bytes: edited.content, note: edited.note };
      const note = edited.kind === 'already' ? edited.note : `it would fail: ${edited.reason}`;
      return { bytes: whole ?? Buffer.alloc(0), note };
    },

    async apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
      const { target } = output;
      const { disk } = context;
      const temporary = temporaryBeside(target, context.thought, output.position);
      const mark = markOf(context.thought, output.position);
      const task: Task = { content: output.content, mark, file: target };
      await context.makeFolder();
      for (let race = 0; race < MAX_RACES; race += 1) {
        const standing = await look(disk, target);
        const edited = isPlaced(output, standing) ?? edit.apply(standing?.content ?? null, task);
        if (edited.kind === 'impossible') {
          await remove(disk, temporary);
          throw impossible(target, edited.reason);
        }
        if (edited.kind === 'already') {
          await remove(disk, temporary);
          // A try before a crash put it there, perhaps without making the name durable.
          await context.syncFolder();
          // After records were lost, the same mark may have been given to another block.
          return context.gaps.length === 0 || edited.exact
            ? { state: 'applied', target, reason: edited.note }
            : { state: 'proposed', target, reason: unclearReason(target) };
        }
        const stat = await writeTemporary(disk, temporary, edited.content, standing?.mode ?? null);
        const entry = entryOf(stat, edited.content, context);
        if (standing === null) await context.commit(target, entry, null);
        else
          await context.commit(
            target,
            entry,
            keeps ? standing.content : null,
            context.hash(standing.content),
          );
        if (
          standing === null
            ? await create(disk, temporary, target)
            : await replaceSame(disk, temporary, target, standing.sha256)
        ) {
          await context.syncFolder();
          return { state: 'applied', target, reason: edited.note };
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
      // It was there already: nothing was changed, and nothing is to be put back.
      if (job.ledger === null) return { undone: true };
      if (standing === null) return stays(`${target} is not there any more: it was moved or deleted since`);
      const former = formerOf(job, keeps);
      if (former.bytes !== 'unknown' && standing.sha256 === job.ledger.sha256)
        return takeBack(job, standing, former.bytes, context);
      if (content === null)
        return stays(`what was put into ${target} was removed by retention (undo in the configuration)`);
      const taken = edit.undo(
        standing.content,
        { content, mark: markOf(job.id, job.position), file: target },
        former,
      );
      if (taken.kind === 'stays') return stays(`${target} stays as it is: ${taken.reason}`);
      return takeBack(job, standing, taken.content, context);
    },
  };
}

/** A file of ours that stands there was edited before a crash, whatever a person made of it since. */
function isPlaced({ ledger }: PendingOutput, standing: Standing | null): Edited | null {
  return ledger !== null && standing?.ino === ledger.ino ? { kind: 'already', exact: true, note: '' } : null;
}

function formerOf({ replaced, before }: UndoJob, keeps: boolean): Former {
  if (!keeps || replaced.kind === 'removed') return { bytes: 'unknown', sha256: before };
  return { bytes: replaced.kind === 'nothing' ? null : Buffer.from(replaced.bytes), sha256: before };
}

/** Replaces the target unless it changed while the edited copy was made. */
async function replaceSame(disk: Disk, temporary: string, target: string, sha256: string): Promise<boolean> {
  if ((await look(disk, target))?.sha256 !== sha256) return false;
  await replace(disk, temporary, target);
  return true;
}

function impossible(target: string, reason: string): CodedError {
  return new CodedError('output-edit', `cannot edit ${target}: ${reason}`, { value: target });
}
