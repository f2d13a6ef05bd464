import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { Gap, PlannedOutput, PlanRequest } from '../contract/output.ts';
import { compileTemplate, renderPath, renderTemplate } from '../contract/template.ts';
import { templateScope } from '../contract/template-scope.ts';
import { assertReallyInside, rootOf } from './inside.ts';
import { OUTPUT_KINDS } from './kinds.ts';
import type { Draft } from './output.ts';
import { parentOf } from './place.ts';

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
  const { rule, timezone } = input;
  const scope = templateScope({ ...input, schema: rule.mind.schema });
  const planned: PlannedOutput[] = [];
  for (const [position, output] of rule.outputs.entries()) {
    const wanted = renderPath(parsed(output.path, 'path'), scope, { timezone });
    const root = rootOf(wanted, input.outputRoots);
    const body = renderTemplate(parsed(output.body, 'text'), scope, { timezone });
    const { thought, former, gaps } = input;
    const draft = { thought, position, kind: output.kind, wanted, body, former, gaps };
    planned.push(await planOne(draft, root, diskOf, input.foresee ?? false));
  }
  return planned;
}

async function planOne(draft: Draft, root: string, diskOf: Disks, foresee: boolean): Promise<PlannedOutput> {
  const handler = OUTPUT_KINDS[draft.kind];
  const unseen = handler.planUnseen(draft);
  // A new file replaces nothing: whatever has its name when it is applied, it takes another one.
  if (unseen.mode === 'create' && draft.gaps.length === 0 && !foresee) return unseen;
  try {
    const disk = await diskOf(toFs(parentOf(draft.wanted)));
    await assertReallyInside(disk, parentOf(draft.wanted), root);
    return await handler.plan(draft, disk);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'output-escapes') throw error;
    return unseen;
  }
}

function parsed(source: string, purpose: 'path' | 'text') {
  const compiled = compileTemplate(source, purpose);
  if (!compiled.ok) throw new CodedError('template-failed', compiled.message);
  return compiled.template;
}
