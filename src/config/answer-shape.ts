import * as z from 'zod';
import { messageOf } from '../base/errors.ts';
import type { JsonSchema } from './json-schema.ts';
import { isMap, type KeyPath } from './key-path.ts';

export interface ShapeProblem {
  /** Beneath `mind.answer`. */
  path: KeyPath;
  value: unknown;
  message: string;
  allowed: string | null;
}

export type AnswerShape = { ok: true; schema: JsonSchema } | { ok: false; problems: ShapeProblem[] };

const TYPES: Record<string, JsonSchema> = {
  string: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
};
const ALLOWED = `${Object.keys(TYPES).join(', ')}, one | two, [type], a map of these; ? after it = may be missing`;
const LIMITS = { depth: 8, fields: 200 } as const;

/**
 * The JSON Schema that `mind.answer` means: `{ title: string, date: date?, tags: [string] }`, or a JSON Schema
 * itself, which is known by `$schema`, `type: object` or a map of `properties`. A field with `?` need not be
 * there and may be null; a short shape allows no other fields.
 */
export function answerShape(answer: Record<string, unknown>): AnswerShape {
  const problems: ShapeProblem[] = [];
  const full = '$schema' in answer || answer['type'] === 'object' || isMap(answer['properties']);
  const schema = full ? fullSchema(answer, problems) : mapShape(answer, [], problems);
  return problems.length === 0 ? { ok: true, schema } : { ok: false, problems };
}

function mapShape(fields: Record<string, unknown>, path: KeyPath, problems: ShapeProblem[]): JsonSchema {
  const entries = Object.entries(fields);
  if (entries.length === 0 || entries.length > LIMITS.fields || path.length > LIMITS.depth) {
    const message = entries.length === 0 ? 'no fields' : 'too many fields or levels';
    problems.push({
      path,
      value: undefined,
      message,
      allowed: `1 to ${LIMITS.fields} fields, ${LIMITS.depth} levels`,
    });
    return {};
  }
  const properties = entries.map(([key, value]) => {
    const name = key.replace(/\?$/, '');
    if (!/^[\p{L}][\p{L}\p{N}_-]*$/u.test(name)) {
      problems.push({
        path: [...path, key],
        value: key,
        message: 'not a usable name',
        allowed: 'letters, digits, _ and -, beginning with a letter',
      });
    }
    const { schema, optional } = fieldShape(value, [...path, key], problems);
    const mayMiss = optional || name !== key;
    return { name, optional: mayMiss, schema: mayMiss ? nullable(schema) : schema };
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
    required: properties.filter((each) => !each.optional).map((each) => each.name),
    additionalProperties: false,
  };
}

function fieldShape(
  value: unknown,
  path: KeyPath,
  problems: ShapeProblem[],
): { schema: JsonSchema; optional: boolean } {
  if (typeof value === 'string') return wordShape(value, path, problems);
  if (isMap(value)) return { schema: mapShape(value, path, problems), optional: false };
  if (Array.isArray(value) && value.length === 1 && path.length <= LIMITS.depth) {
    const item = fieldShape(value[0], [...path, 0], problems);
    return { schema: { type: 'array', items: item.schema }, optional: false };
  }
  problems.push({ path, value, message: 'not a type', allowed: ALLOWED });
  return { schema: {}, optional: false };
}

function wordShape(
  text: string,
  path: KeyPath,
  problems: ShapeProblem[],
): { schema: JsonSchema; optional: boolean } {
  const word = text.trim();
  const optional = word.endsWith('?');
  const bare = (optional ? word.slice(0, -1) : word).trim();
  if (bare.includes('|')) {
    const choices = bare.split('|').map((choice) => choice.trim());
    if (choices.every((choice) => choice !== ''))
      return { schema: { type: 'string', enum: [...new Set(choices)] }, optional };
  }
  const schema = Object.hasOwn(TYPES, bare) ? TYPES[bare] : undefined;
  if (schema !== undefined) return { schema: { ...schema }, optional };
  problems.push({ path, value: text, message: 'unknown type', allowed: ALLOWED });
  return { schema: {}, optional };
}

function nullable(schema: JsonSchema): JsonSchema {
  const choices = Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {};
  return { ...schema, type: [schema['type'], 'null'], ...choices };
}

function fullSchema(schema: JsonSchema, problems: ShapeProblem[]): JsonSchema {
  if (schema['type'] !== 'object' && schema['type'] !== undefined) {
    problems.push({ path: ['type'], value: schema['type'], message: 'not an object', allowed: 'object' });
  }
  for (const { path, value } of references(schema, [])) {
    // A schema that points elsewhere would be fetched by whoever validates with it.
    if (typeof value !== 'string' || !value.startsWith('#')) {
      problems.push({ path, value, message: 'a reference to another document', allowed: '#/$defs/…' });
    }
  }
  const whole = { ...schema, type: 'object' };
  const message = problems.length === 0 ? whyUnusable(whole) : null;
  if (message !== null) {
    problems.push({
      path: [],
      value: undefined,
      message,
      allowed: 'a JSON Schema without not, if, then and else',
    });
  }
  return whole;
}

/** Why answers could not be checked against a schema, or null; asked here so that no thought finds it out. */
function whyUnusable(schema: JsonSchema): string | null {
  try {
    z.fromJSONSchema(schema);
    return null;
  } catch (error) {
    return `cannot be used: ${messageOf(error)}`;
  }
}

function references(value: unknown, path: KeyPath): { path: KeyPath; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return key === '$ref' && !isMap(item) ? [{ path: at, value: item }] : references(item, at);
  });
}
