import { CodedError } from '../base/errors.ts';
import type { PlannedOutput, PlanRequest } from '../contract/output.ts';
import { compileTemplate, renderPath, renderTemplate } from '../contract/template.ts';
import { templateScope } from '../contract/template-scope.ts';
import { assertReallyInside, rootOf } from './inside.ts';
import { OUTPUT_KINDS } from './kinds.ts';
import { parentOf } from './place.ts';

export interface PlanInput extends PlanRequest {
  timezone: string;
  outputRoots: readonly string[];
}

/**
 * Makes exact outputs of an answer: rendered, beneath a declared root, target chosen. Touches nothing.
 * Throws `template-failed`, `path-escapes`, `path-not-absolute`, `output-escapes`, `output-target`.
 */
export async function plan(input: PlanInput): Promise<PlannedOutput[]> {
  const { rule, timezone } = input;
  const scope = templateScope({ ...input, schema: rule.mind.schema });
  const planned: PlannedOutput[] = [];
  for (const [position, output] of rule.outputs.entries()) {
    const wanted = renderPath(parsed(output.path, 'path'), scope, { timezone });
    const root = rootOf(wanted, input.outputRoots);
    await assertInsideIfThere(parentOf(wanted), root);
    const body = renderTemplate(parsed(output.body, 'text'), scope, { timezone });
    const draft = { thought: input.thought, position, kind: output.kind, wanted, body, former: input.former };
    planned.push(await OUTPUT_KINDS[output.kind].plan(draft));
  }
  return planned;
}

function parsed(source: string, purpose: 'path' | 'text') {
  const compiled = compileTemplate(source, purpose);
  if (!compiled.ok) throw new CodedError('template-failed', compiled.message);
  return compiled.template;
}

/** A root that is not there now is a hold when the output is applied, and checked then. */
async function assertInsideIfThere(folder: string, root: string): Promise<void> {
  try {
    await assertReallyInside(folder, root);
  } catch (error) {
    if (!(error instanceof CodedError) || !error.retryable) throw error;
  }
}
