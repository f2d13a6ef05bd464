import type { Disk, Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { Gap, PlannedOutput, PlanRequest } from '../contract/output.ts';
import type { RuleOutput } from '../contract/rule.ts';
import { ifOf } from '../contract/rule-output.ts';
import { openFolder } from './folder.ts';
import { createFolderSync } from './folder-sync.ts';
import { rootOf } from './inside.ts';
import { onDisk, sent } from './kinds.ts';
import type { Draft, OutputHandler } from './output.ts';
import { parentOf } from './place.ts';
import { createRealRoots } from './real-roots.ts';
import { createRendering, type Rendering } from './rendering.ts';
import { wantedOf } from './wanted.ts';

export interface PlanInput extends PlanRequest {
  timezone: string;
  outputRoots: readonly string[];
  gaps: readonly Gap[];
  /** Look for the free name of a new file, too, which is otherwise chosen when it is applied. Default: false. */
  foresee?: boolean;
}

/**
 * Makes exact outputs of an answer: rendered, beneath a declared root, target chosen. Touches nothing, and looks only
 * where something may be replaced. What the disk has against one is for the time when it is applied: the answer is
 * there already, and must not be lost over it.
 * Throws `template-failed`, `path-escapes`, `path-not-absolute`, `output-escapes`.
 */
export async function plan(input: PlanInput, diskOf: Disks): Promise<PlannedOutput[]> {
  const rendering = createRendering(input, input.timezone);
  const planned: PlannedOutput[] = [];
  for (const [position, output] of input.rule.outputs.entries()) {
    const handler = onDisk(output.kind);
    const one =
      handler === null
        ? planSent(position, output, rendering)
        : await planOnDisk({ handler, position, output, rendering }, input, diskOf);
    planned.push(one.proposed ? one : { ...one, ...approvalOf(output, rendering) });
  }
  return planned;
}

function planSent(position: number, output: RuleOutput, rendering: Rendering): PlannedOutput {
  const handler = sent(output.kind);
  const target = handler.target(output);
  const content = handler.compose(output, rendering);
  return {
    ...{ position, kind: output.kind, mode: 'send', wanted: target, target },
    ...{ content, before: null, reason: '' },
  };
}

interface OnDisk {
  handler: OutputHandler;
  position: number;
  output: RuleOutput;
  rendering: Rendering;
}

async function planOnDisk(
  { handler, position, output, rendering }: OnDisk,
  { thought, former, gaps, outputRoots, event, foresee = false }: PlanInput,
  diskOf: Disks,
): Promise<PlannedOutput> {
  const wanted = wantedOf(output, rendering);
  const root = rootOf(wanted, outputRoots);
  const body = handler.compose?.(output, rendering) ?? rendering.text(output.body);
  const { path, hash = null } = event.data;
  const source = path === undefined ? {} : { source: { path, hash } };
  const draft: Draft = { thought, position, kind: output.kind, wanted, body, former, gaps, ...source };
  const unseen = handler.planUnseen(draft);
  // A new file replaces nothing: whatever has its name when it is applied, it takes another one.
  if (unseen.mode === 'create' && gaps.length === 0 && !foresee) return unseen;
  try {
    return await inFolder({ path: parentOf(wanted), root, outputRoots, diskOf }, (disk) =>
      handler.plan(draft, disk),
    );
  } catch (error) {
    if (error instanceof CodedError && error.code === 'output-escapes') throw error;
    return unseen;
  }
}

/** Looks into a folder beneath a root, as it is reached once every link is followed. Throws what `openFolder` does. */
export async function inFolder<T>(
  { path, root, outputRoots, diskOf }: Where,
  look: (disk: Disk) => Promise<T>,
): Promise<T> {
  const disk = await diskOf(toFs(path));
  const roots = createRealRoots(() => outputRoots);
  const folder = await openFolder({ disk, path, root, roots, sync: createFolderSync() });
  try {
    return await look(folder.disk);
  } finally {
    await folder.close();
  }
}

interface Where {
  path: string;
  root: string;
  outputRoots: readonly string[];
  diskOf: Disks;
}

/** What its rule says of a person's approval. */
function approvalOf({ approve }: RuleOutput, rendering: Rendering): Partial<PlannedOutput> {
  if (approve === undefined) return {};
  if (approve !== true && rendering.text(ifOf(approve)) === '') return {};
  const reason =
    approve === true ? 'its rule asks for your approval' : `its rule asks for your approval when ${approve}`;
  return { proposed: true, reason };
}
