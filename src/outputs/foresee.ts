import type { Disks } from '../base/disk.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { PlannedOutput } from '../contract/output.ts';
import { appended } from './append.ts';
import { assertReallyInside, rootOf } from './inside.ts';
import { look } from './look.ts';
import { parentOf } from './place.ts';
import { type PlanInput, plan } from './plan.ts';

/** A planned output with the whole file before (null = there is none) and after it, as text. */
export interface Foreseen extends Pick<PlannedOutput, 'kind' | 'mode' | 'target' | 'reason'> {
  before: string | null;
  after: string;
}

/** What the outputs of an answer would do just now; nothing is touched. Throws what `plan` throws. */
export async function foresee(input: Omit<PlanInput, 'foresee'>, diskOf: Disks): Promise<Foreseen[]> {
  const planned = await plan({ ...input, foresee: true }, diskOf);
  return Promise.all(planned.map((output) => foreseeOne(output, input.outputRoots, diskOf)));
}

async function foreseeOne(
  { kind, mode, target, content, reason }: PlannedOutput,
  roots: readonly string[],
  diskOf: Disks,
): Promise<Foreseen> {
  const folder = parentOf(target);
  const disk = await diskOf(toFs(folder));
  try {
    await assertReallyInside(disk, folder, rootOf(target, roots));
    const standing = await look(disk, target);
    const after = mode === 'append' ? appended(standing?.content ?? null, content).toString() : content;
    return { kind, mode, target, reason, before: standing?.content.toString() ?? null, after };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'output-escapes') throw error;
    const next = error instanceof CodedError && error.next ? ` (${error.next})` : '';
    return { kind, mode, target, before: null, after: content, reason: `held: ${messageOf(error)}${next}` };
  }
}
