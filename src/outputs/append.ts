import { CodedError } from '../base/errors.ts';
import type { PendingOutput, PlannedOutput } from '../contract/output.ts';
import { look } from './look.ts';
import {
  type Applied,
  type ApplyContext,
  type Draft,
  type OutputHandler,
  temporaryBeside,
} from './output.ts';
import { create, makeFolder, parentOf, remove, replace, syncFolder, writeTemporary } from './place.ts';
import { entryOf } from './write.ts';

/** How often a file that somebody else writes to at the same time is read again before it becomes a hold. */
const MAX_RACES = 20;

/**
 * A block at the end of a file, once: a marker line tells that it is there. The file is replaced whole by a longer
 * copy, so that a crash leaves it old or new and never half.
 */
export const append: OutputHandler = {
  kind: 'append',

  async plan(draft: Draft): Promise<PlannedOutput> {
    const standing = await look(draft.wanted);
    return {
      position: draft.position,
      kind: 'append',
      mode: 'append',
      wanted: draft.wanted,
      target: draft.wanted,
      content: `${markerOf(draft.thought, draft.position)}\n${draft.body.replace(/\n*$/, '\n')}`,
      before: standing?.sha256 ?? null,
      reason: '',
    };
  },

  async apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
    const { target } = output;
    const temporary = temporaryBeside(target, context.thought, output.position);
    await makeFolder(parentOf(target));
    for (let race = 0; race < MAX_RACES; race += 1) {
      const standing = await look(target);
      if (standing?.content.includes(markerOf(context.thought, output.position))) {
        await remove(temporary);
        return { state: 'applied', target, reason: '' };
      }
      const content = Buffer.concat([
        standing ? withNewline(standing.content) : Buffer.alloc(0),
        Buffer.from(output.content),
      ]);
      const stat = await writeTemporary(temporary, content, standing?.mode ?? null);
      // Nothing is replaced: the marked block alone can be taken out again.
      await context.commit(target, entryOf(stat, content, context), null);
      if (
        standing === null
          ? await create(temporary, target)
          : await replaceSame(temporary, target, standing.sha256)
      ) {
        await syncFolder(parentOf(target));
        return { state: 'applied', target, reason: '' };
      }
    }
    throw new CodedError('output-held', `${target} is being written to by another program`, {
      retryable: true,
    });
  },
};

/** Replaces the target unless it changed while the longer copy was made. */
async function replaceSame(temporary: string, target: string, sha256: string): Promise<boolean> {
  if ((await look(target))?.sha256 !== sha256) return false;
  await replace(temporary, target);
  return true;
}

/** Says that a block is there; invisible where Markdown is shown. */
function markerOf(thought: string, position: number): string {
  return `<!-- consciousness ${thought}#${position} -->`;
}

function withNewline(content: Buffer): Buffer {
  return content.length > 0 && content.at(-1) !== 0x0a
    ? Buffer.concat([content, Buffer.from('\n')])
    : content;
}
