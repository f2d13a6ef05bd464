import { messageOf } from '../base/errors.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import type { Origin } from './issues.ts';
import { allKeys, branchesOf, type JsonSchema, phraseOf, schemaAt } from './json-schema.ts';
import { deeperThan, dotted, isMap, type KeyPath } from './key-path.ts';
import type { Assignment } from './layer.ts';
import { nearest } from './nearest.ts';
import { masked } from './secret.ts';

export interface VariableContext {
  schema: JsonSchema;
  /** Names of the providers in the file: a variable cannot be called `MY-BOX`, so `MY_BOX` means `my-box` too. */
  providers: readonly string[];
  /** Where the variables were written, and how to call that for people. */
  origin(name: string): Origin;
  label(name: string): string;
  /** Unknown names: an error in `.env`, which is ours; a warning in the environment, which is everybody's. */
  unknown: 'error' | 'warning';
}

/** Variables of this version that are no settings. */
const OTHER = ['consciousness_home'];
const PREFIX = 'consciousness_';
const LENGTH = 100_000;
const DEPTH = 10;

/**
 * Settings in variables: `CONSCIOUSNESS_LM_STUDIO__BASE_URL` in any case is `lm_studio.base_url`; numbers and
 * booleans are coerced, lists and maps are JSON; an empty variable counts as not set.
 */
export function fromVariables(
  variables: Readonly<Record<string, string | undefined>>,
  context: VariableContext,
): { assignments: Assignment[]; problems: ConfigProblem[] } {
  const assignments: Assignment[] = [];
  const problems: ConfigProblem[] = [];
  for (const name of namesOf(variables)) {
    const text = variables[name] ?? '';
    const path = pathOf(name, context.providers);
    const schema = schemaAt(context.schema, path);
    const problem = (facts: Pick<ConfigProblem, 'message' | 'allowed' | 'nearest' | 'severity'>) =>
      problems.push({ ...context.origin(name), key: dotted(path), value: masked(path, text), ...facts });
    if (schema === null) {
      const known = allKeys(context.schema).map((key) => variableOf(key));
      const near = nearest(name.toUpperCase(), known);
      problem({ message: 'unknown variable', allowed: null, nearest: near, severity: context.unknown });
      continue;
    }
    const coerced = coerce(text, schema);
    if (coerced.ok) {
      assignments.push({
        path,
        value: coerced.value,
        origin: context.origin(name),
        label: context.label(name),
      });
    } else problem({ message: coerced.message, allowed: coerced.allowed, nearest: null, severity: 'error' });
  }
  return { assignments, problems };
}

/** The value that a text means where a schema wants something else than text; unfit text is left to validation. */
export function coerce(
  text: string,
  schema: JsonSchema,
): { ok: true; value: unknown } | { ok: false; message: string; allowed: string } {
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return { ok: true, value: /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text };
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(text)) return { ok: true, value: true };
      return { ok: true, value: /^(false|0|no|off)$/i.test(text) ? false : text };
    case 'array':
    case 'object':
      return fromJson(text, schema);
    default: {
      // `4747` or `off`: a number where the text is one.
      const branch = branchesOf(schema).filter(isMap).find(isNumber);
      return branch === undefined ? { ok: true, value: text } : coerce(text, branch);
    }
  }
}

function isNumber({ type }: JsonSchema): boolean {
  return type === 'integer' || type === 'number';
}

function fromJson(text: string, schema: JsonSchema): ReturnType<typeof coerce> {
  const allowed = `JSON: ${phraseOf(schema)}`;
  if (text.length > LENGTH) return { ok: false, message: 'too long', allowed };
  try {
    const value: unknown = JSON.parse(text);
    return deeperThan(value, DEPTH)
      ? { ok: false, message: 'nested too deep', allowed }
      : { ok: true, value };
  } catch (error) {
    // The parser's message quotes the text, and the text may hold a key.
    const where = /position \d+/.exec(messageOf(error))?.[0];
    return { ok: false, message: where === undefined ? 'not JSON' : `not JSON (at ${where})`, allowed };
  }
}

/** Our variables, sorted, each once: where two differ only in case, the one in capitals counts. */
function namesOf(variables: Readonly<Record<string, string | undefined>>): string[] {
  const names = new Map<string, string>();
  for (const name of Object.keys(variables).sort()) {
    const lower = name.toLowerCase();
    const empty = (variables[name] ?? '').trim() === '';
    if (!lower.startsWith(PREFIX) || OTHER.includes(lower) || empty || names.has(lower)) continue;
    names.set(lower, name);
  }
  return [...names.values()];
}

function pathOf(name: string, providers: readonly string[]): KeyPath {
  const steps = name.slice(PREFIX.length).toLowerCase().split('__');
  const [first, second] = steps;
  if (first !== 'providers' || second === undefined) return steps;
  const known = providers.find((each) => each.toLowerCase().replaceAll('-', '_') === second);
  return [first, known ?? second, ...steps.slice(2)];
}

function variableOf(key: string): string {
  return `${PREFIX}${key.replaceAll('.', '__')}`.toUpperCase();
}
