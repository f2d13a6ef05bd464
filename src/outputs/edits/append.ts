import { sha256 } from '../../base/ids.ts';
import { type Edit, type Edited, stays, type TakenOut } from './edit.ts';

/** The planned content of an append: a marked block. */
export function appendContent(mark: string, body: string): string {
  return `${mark}\n${body.replace(/\n*$/, '\n')}`;
}

/** A marked block at the end of a file of any kind, once. */
export const append: Edit = {
  apply(whole, { content, mark }): Edited {
    if (whole?.includes(mark)) return { kind: 'already', exact: whole.includes(content.trimEnd()), note: '' };
    return { kind: 'changed', content: Buffer.concat([withNewline(whole), Buffer.from(content)]), note: '' };
  },

  undo(now, { content, mark }, former): TakenOut {
    const at = now.indexOf(content);
    if (at === -1)
      return stays(
        now.includes(mark)
          ? 'the block was changed since it was appended'
          : 'the block is not there any more',
      );
    return { kind: 'taken', content: without(now, at, Buffer.byteLength(content), former.sha256) };
  },
};

/** The file as it was before the block; null where there was none. */
function without(whole: Buffer, at: number, length: number, before: string | null): Buffer | null {
  const rest = whole.subarray(at + length);
  const start = whole.subarray(0, at);
  if (start.length === 0 && rest.length === 0) return before === null ? null : start;
  // Its last line had no end: that of the block was put after it.
  const shorter = start.subarray(0, -1);
  if (rest.length === 0 && before !== null && sha256(shorter) === before) return shorter;
  return Buffer.concat([start, rest]);
}

function withNewline(content: Buffer | null): Buffer {
  if (content === null || content.length === 0) return Buffer.alloc(0);
  return content.at(-1) === 0x0a ? content : Buffer.concat([content, Buffer.from('\n')]);
}
