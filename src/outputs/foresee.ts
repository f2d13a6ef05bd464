import type { Disks } from '../base/disk.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import type { OutputMode, PlannedOutput } from '../contract/output.ts';
import { rootOf } from './inside.ts';
import { onDisk } from './kinds.ts';
import { look } from './look.ts';
import { parentOf } from './place.ts';
import { inFolder, type PlanInput, plan } from './plan.ts';

/** A planned output with the whole file before (null = there is none) and after it, as text. */
export interface Foreseen extends Pick<PlannedOutput, 'kind' | 'target' | 'reason' | 'source'> {
  /** `propose`: a person would have to decide. */
  mode: OutputMode | 'propose';
  before: string | null;
  /** Of what is sent: all that would be. */
  after: string;
}

/** What the outputs of an answer would do just now; nothing is touched. Throws what `plan` throws. */
export async function foresee(input: Omit<PlanInput, 'foresee'>, diskOf: Disks): Promise<Foreseen[]> {
  const planned = await plan({ ...input, foresee: true }, diskOf);
  return Promise.all(planned.map((output) => foreseeOne(output, input.outputRoots, diskOf, input.thought)));
}

/** What one planned output would do just now. `thought`: whose marks a block has. */
async function foreseeOne(
  output: PlannedOutput,
  outputRoots: readonly string[],
  diskOf: Disks,
  thought = 'thought',
): Promise<Foreseen> {
  const { kind, target, content, reason } = output;
  const mode = output.proposed ? 'propose' : output.mode;
  const handler = onDisk(kind);
  if (handler === null) return { kind, mode, target, reason, before: null, after: content };
  // A file that is moved is not looked at: whatever it holds stays as it is.
  if (output.source !== undefined)
    return { kind, mode, target, reason, source: output.source, before: null, after: '' };
  try {
    const where = { path: parentOf(target), root: rootOf(target, outputRoots), outputRoots, diskOf };
    const standing = await inFolder(where, (disk) => look(disk, target));
    const { bytes, note } = handler.after?.(standing?.content ?? null, output, thought) ?? {
      bytes: Buffer.from(content),
      note: '',
    };
    const before = standing?.content.toString() ?? null;
    const said = [reason, note].filter(Boolean).join('; ');
    return { kind, mode, target, reason: said, before, after: Buffer.from(bytes).toString() };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'output-escapes') throw error;
    const next = error instanceof CodedError && error.next ? ` (${error.next})` : '';
    return { kind, mode, target, before: null, after: content, reason: `held: ${messageOf(error)}${next}` };
  }
}
