import * as z from 'zod';

/** What is wrong with one part of a request. */
export interface Complaint {
  /** A sentence. */
  message: string;
  value?: unknown;
  allowed?: string;
}

/** What to say of an issue, in our words; `what` is the part of the request. */
export function complaintOf(
  issue: z.core.$ZodIssue,
  { input, schema, what }: { input: unknown; schema: z.ZodType; what: string },
): Complaint {
  const place = issue.path.join('.');
  const value = offending(input, issue.path);
  const at = (said: string) => [what, place, said].filter(Boolean).join(': ');
  switch (issue.code) {
    case 'custom':
      // Our own checks speak in whole sentences.
      return { message: issue.message, value };
    case 'unrecognized_keys': {
      const known = keysOf(schema);
      return {
        message: at(`there is no ${issue.keys.map((key) => `\`${key.slice(0, 80)}\``).join(', ')}`),
        value: issue.keys[0]?.slice(0, 200),
        ...(place === '' && known.length > 0 ? { allowed: known.join(', ') } : {}),
      };
    }
    case 'invalid_type':
      return value === undefined && hasParent(input, issue.path)
        ? { message: at('missing'), allowed: `a ${issue.expected}` }
        : {
            message: at(isOurs(issue.message) ? issue.message : `not a ${issue.expected}`),
            value,
            allowed: `a ${issue.expected}`,
          };
    case 'invalid_value':
      return { message: at('not one of those'), value, allowed: issue.values.join(', ') };
    case 'too_small':
    case 'too_big': {
      const isSmall = issue.code === 'too_small';
      const bound = `${isSmall ? 'at least' : 'at most'} ${isSmall ? issue.minimum : issue.maximum}`;
      const unit = UNITS[issue.origin] ?? '';
      return { message: at(isSmall ? 'too small' : 'too large'), value, allowed: `${bound}${unit}` };
    }
    case 'invalid_union':
      return {
        message: at(isOurs(issue.message) ? issue.message : 'none of the forms that it may have'),
        value,
      };
    default:
      return { message: at(isOurs(issue.message) ? issue.message : 'not of the form that is wanted'), value };
  }
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' of them' };

/** Zod's own messages are about its types. */
function isOurs(message: string): boolean {
  return !/^(Invalid|Unrecognized|Too)/.test(message);
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function hasParent(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const key of path.slice(0, -1)) {
    if (typeof value !== 'object' || value === null) return false;
    value = Reflect.get(value, key);
  }
  return typeof value === 'object' && value !== null;
}

/** The value at an issue's path, where it is something short. */
function offending(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return typeof value === 'string' ? value.slice(0, 200) : typeof value === 'object' ? undefined : value;
}
