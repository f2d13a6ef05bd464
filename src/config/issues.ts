import type * as z from 'zod';
import type { ConfigProblem } from '../contract/problem.ts';
import { allKeys, type JsonSchema, keysOf, phraseOf, schemaAt } from './json-schema.ts';
import { dotted, isMap, type KeyPath, valueAt } from './key-path.ts';
import { nearest } from './nearest.ts';
import { masked } from './secret.ts';

/** Where a value was written: a file, a variable, the command line. */
export interface Origin {
  file: string;
  line: number | null;
  column: number | null;
}

export interface IssueContext {
  /** What was validated. */
  input: unknown;
  schema: JsonSchema;
  origin(path: KeyPath, part: 'key' | 'value'): Origin;
  /** Why a key, or the value at it, is refused by name, or null: what DESIGN names and this version lacks. */
  refused(path: KeyPath, value: unknown): string | null;
}

/** What zod found, as problems with place, value, what is allowed and the nearest known key. */
export function problemsOf(error: z.ZodError, context: IssueContext): ConfigProblem[] {
  const issues = error.issues.flatMap(flatten);
  const refusals = new Set<string>();
  const problems = issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code !== 'unrecognized_keys') return [];
    return issue.keys.map((key) => {
      const path = [...steps(issue.path), key];
      const refused = context.refused(path, valueAt(context.input, path));
      if (refused !== null) refusals.add(dotted(steps(issue.path)));
      return unknownKey(path, refused, context);
    });
  });
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') continue;
    const path = steps(issue.path);
    // What is missing beside a key that is refused by name would only be noise.
    if (isConsequence(issue, path, refusals, context)) continue;
    problems.push(plainProblem(issue, path, context));
  }
  return problems;
}

type Issue = z.core.$ZodIssue;

/** Of a union, the branch that the value was meant for: the one whose complaints lie deepest. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = issue.errors.filter((branch) =>
    branch.some((each) => each.path.length > 0 || each.code === 'unrecognized_keys'),
  );
  const [meant] = branches;
  if (meant === undefined) return [issue];
  return meant.flatMap((each) => flatten({ ...each, path: [...issue.path, ...each.path] }));
}

function isConsequence(issue: Issue, path: KeyPath, refusals: Set<string>, context: IssueContext): boolean {
  if (refusals.has(dotted(path)) && issue.code === 'custom') return true;
  return refusals.has(dotted(path.slice(0, -1))) && valueAt(context.input, path) === undefined;
}

function unknownKey(path: KeyPath, refused: string | null, context: IssueContext): ConfigProblem {
  const parent = schemaAt(context.schema, path.slice(0, -1));
  const known = keysOf(parent);
  const key = String(path.at(-1));
  return {
    ...context.origin(path, 'key'),
    key: dotted(path),
    value: masked(path, valueAt(context.input, path)),
    message: refused ?? 'unknown key',
    allowed: known.length === 0 ? null : known.join(', '),
    nearest: refused === null ? (nearest(key, known) ?? elsewhere(key, context.schema)) : null,
    severity: 'error',
  };
}

/** A known key of that very name in another place. */
function elsewhere(key: string, schema: JsonSchema): string | null {
  return allKeys(schema).find((each) => each.endsWith(`.${key}`)) ?? null;
}

function plainProblem(issue: Issue, path: KeyPath, context: IssueContext): ConfigProblem {
  const value = valueAt(context.input, path);
  const schema = schemaAt(context.schema, path);
  const refused = context.refused(path, value);
  const custom =
    issue.code === 'custom' ? null : phraseOf(issue.code === 'invalid_key' ? namesOf(context, path) : schema);
  return {
    ...context.origin(path, issue.code === 'invalid_key' ? 'key' : 'value'),
    key: dotted(path),
    value: masked(path, issue.code === 'invalid_key' ? path.at(-1) : value),
    message: refused ?? messageFor(issue, value),
    allowed: custom,
    nearest: null,
    severity: 'error',
  };
}

function namesOf(context: IssueContext, path: KeyPath): unknown {
  return schemaAt(context.schema, path.slice(0, -1))?.['propertyNames'];
}

function messageFor(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'missing';
      return looksLikeUnquotedLiquid(value)
        ? 'not in quotes, so YAML took {{ }} for a map'
        : 'not of the right type';
    case 'too_small':
      return issue.origin === 'number' ? `less than ${issue.minimum}` : 'empty';
    case 'too_big':
      return plainWords(issue.message, issue.origin === 'number' ? `more than ${issue.maximum}` : 'too long');
    case 'invalid_value':
      return plainWords(issue.message, 'not one of the allowed values');
    case 'invalid_union':
      return 'not of the right type';
    case 'invalid_key':
      return 'not a usable name';
    default:
      return plainWords(issue.message, 'not allowed');
  }
}

/** Our own message where the schema has one, instead of the library's. */
function plainWords(message: string, otherwise: string): string {
  return /^(Invalid|Too|Unrecognized)\b/.test(message) ? otherwise : message;
}

function looksLikeUnquotedLiquid(value: unknown): boolean {
  return isMap(value) && Object.keys(value).some((key) => key.startsWith('{'));
}

function steps(path: readonly PropertyKey[]): KeyPath {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}
