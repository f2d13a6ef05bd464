import { jsonrepair } from 'jsonrepair';
import * as z from 'zod';
import { messageOf } from '../../base/errors.ts';

export type ReadArguments = { ok: true; args: Record<string, unknown> } | { ok: false; message: string };

/**
 * The arguments of a call as an object that satisfies the tool's schema. Mended on the way: nothing at all, code fences,
 * trailing commas, single quotes, JSON within JSON, and the call itself wrapped in its arguments.
 */
export function readArguments(text: string, name: string, schema: Record<string, unknown>): ReadArguments {
  const value = unwrapped(parsed(text.trim()), name);
  if (value === undefined) return { ok: false, message: 'the arguments are not a JSON object' };
  try {
    const checked = z.fromJSONSchema(withoutPatterns({ type: 'object', ...schema })).safeParse(value);
    if (checked.success) return { ok: true, args: value };
    const [issue] = checked.error.issues;
    const where = issue?.path.map(String).join('.') || 'the arguments';
    return { ok: false, message: `${where}: ${issue?.message ?? 'not as the tool wants them'}` };
  } catch (error) {
    return { ok: false, message: `the tool's own schema cannot be used: ${messageOf(error)}` };
  }
}

function parsed(text: string): unknown {
  if (text === '') return {};
  for (const read of [text, () => jsonrepair(text.replace(/^```[a-z]*\s*|\s*```$/g, ''))]) {
    try {
      const value: unknown = JSON.parse(typeof read === 'string' ? read : read());
      return typeof value === 'string' ? parsed(value.trim()) : value;
    } catch {
      // The next reading may do.
    }
  }
  return undefined;
}

/** Some models put the whole call where its arguments belong. */
function unwrapped(value: unknown, name: string): Record<string, unknown> | undefined {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const record: Record<string, unknown> = { ...value };
  const inner = record['arguments'] ?? record['parameters'];
  const isCall = record['name'] === name && typeof inner === 'object' && inner !== null;
  return isCall && !Array.isArray(inner) ? { ...inner } : record;
}

/** A stranger's regular expression could hold up everything: `^(a+)+$` takes minutes for thirty letters. */
function withoutPatterns(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (key === 'pattern' && typeof value === 'string') return [];
      if (key === 'patternProperties' || key === 'format') return [];
      return [[key, inside(value)]];
    }),
  );
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? withoutPatterns({ ...value }) : value;
}
