import type { Document } from './document.ts';
import { type Found, lookUp, lookUpList } from './look-up.ts';
import { isSchema, listOf, listOfStrings, resolveSchema, type Schema, typesOf } from './schema.ts';

interface Place {
  document: Document;
  root: Schema;
  /** The property's name, `_`-separated lower case; empty at the top. */
  name: string;
  /** Schemas may refer to themselves. */
  depth: number;
}

interface Filled {
  value: unknown;
  /** Whether the document said so; otherwise the value only satisfies the schema. */
  found: boolean;
}

const DEEPEST = 8;

/** An answer of the schema's shape, filled from the document by the properties' names, types and formats. */
export function fillSchema(schema: Schema, document: Document): unknown {
  return fill(schema, { document, root: schema, name: '', depth: 0 }).value;
}

function fill(given: Schema, place: Place): Filled {
  const schema = resolveSchema(given, place.root);
  if ('const' in schema) return { value: schema['const'], found: true };
  if (Array.isArray(schema['enum'])) return chooseMember(schema['enum'], place.document);
  const branches = listOf(schema['anyOf'] ?? schema['oneOf']);
  if (branches.length > 0) return fillBranch(branches, place);
  const types = typesOf(schema);
  if (types.includes('null')) {
    const type = types.find((candidate) => candidate !== 'null');
    const filled = type === undefined ? null : fillType(type, schema, place);
    return filled?.found === true ? filled : { value: null, found: false };
  }
  return fillType(types[0] ?? 'string', schema, place);
}

/** The first branch that the document has something for; else null where it is allowed, else the first. */
function fillBranch(branches: Schema[], place: Place): Filled {
  const filled = branches.map((branch) => ({
    branch: resolveSchema(branch, place.root),
    ...fill(branch, place),
  }));
  const known = filled.find((one) => one.found && one.value !== null);
  if (known !== undefined) return known;
  const nullable = filled.some((one) => typesOf(one.branch).includes('null'));
  return nullable ? { value: null, found: false } : (filled[0] ?? { value: null, found: false });
}

function fillType(type: string, schema: Schema, place: Place): Filled {
  switch (type) {
    case 'object':
      return fillObject(schema, place);
    case 'array':
      return fillArray(schema, place);
    case 'number':
    case 'integer':
      return fillNumber(schema, type === 'integer', place);
    case 'boolean':
      return { value: false, found: false };
    case 'null':
      return { value: null, found: false };
    default:
      return fillString(schema, place);
  }
}

function fillObject(schema: Schema, place: Place): Filled {
  const required = new Set(listOfStrings(schema['required']));
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const value: Record<string, unknown> = {};
  let found = false;
  for (const [key, property] of Object.entries(properties)) {
    if (place.depth >= DEEPEST && !required.has(key)) continue;
    const filled = fill(isSchema(property) ? property : {}, inside(place, key));
    if (!filled.found && !required.has(key) && !isNothing(filled.value)) continue;
    Object.defineProperty(value, key, {
      value: filled.value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    found ||= filled.found;
  }
  const extra = isSchema(schema['additionalProperties']) ? schema['additionalProperties'] : {};
  for (const key of required)
    if (!Object.hasOwn(properties, key)) value[key] = fill(extra, inside(place, key)).value;
  return { value, found };
}

/** An absent optional is left out, or null or an empty list where the schema allows that. */
function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function fillArray(schema: Schema, place: Place): Filled {
  const items = isSchema(schema['items']) ? resolveSchema(schema['items'], place.root) : {};
  const most = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : Number.POSITIVE_INFINITY;
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
  const heads = listOf(schema['prefixItems']).map((head) => fill(head, place).value);
  const values = [...heads, ...listValues(items, place)].slice(0, Math.max(most, 0));
  const found = values.length > 0;
  while (values.length < least) values.push(padding(fill(items, place).value, values.length, schema));
  return { value: schema['uniqueItems'] === true ? unique(values) : values, found };
}

/** Values for a list: each element is its own small document, so that lists of objects are filled too. */
function listValues(items: Schema, place: Place): unknown[] {
  if (place.depth >= DEEPEST) return [];
  const elements = lookUpList(place.document, place.name);
  const types = typesOf(items);
  if (types.includes('string') && !('enum' in items)) {
    return elements.map((element) => fitString(items, element.text)).filter((value) => value !== null);
  }
  if (types.includes('object') || 'properties' in items) {
    return elements.map(
      (element) => fill(items, { ...place, document: element.document, depth: place.depth + 1 }).value,
    );
  }
  if (types.includes('number') || types.includes('integer')) {
    return elements.flatMap((element) =>
      element.number === undefined ? [] : [clamp(element.number, items, types.includes('integer'))],
    );
  }
  return Array.isArray(items['enum'])
    ? items['enum'].filter((member) => mentions(place.document, member))
    : [];
}

function fillNumber(schema: Schema, integer: boolean, place: Place): Filled {
  const number = lookUp(place.document, place.name)?.number;
  return { value: clamp(number ?? 0, schema, integer), found: number !== undefined };
}

function clamp(number: number, schema: Schema, integer: boolean): number {
  const step =
    typeof schema['multipleOf'] === 'number' && schema['multipleOf'] > 0
      ? schema['multipleOf']
      : integer
        ? 1
        : 0;
  const nudge = step || Math.max(1e-6, Math.abs(number) * 1e-9);
  const low = bound(schema, 'minimum', 'exclusiveMinimum', nudge, Math.max) ?? Number.NEGATIVE_INFINITY;
  const high = bound(schema, 'maximum', 'exclusiveMaximum', -nudge, Math.min) ?? Number.POSITIVE_INFINITY;
  const inside = Math.min(Math.max(number, low), high);
  if (step === 0) return inside;
  const stepped = Math.round(inside / step) * step;
  return (
    (stepped < low
      ? Math.ceil(low / step) * step
      : stepped > high
        ? Math.floor(high / step) * step
        : stepped) || 0
  );
}

function bound(
  schema: Schema,
  open: string,
  strict: string,
  nudge: number,
  of: (...all: number[]) => number,
): number | undefined {
  const all: number[] = [];
  if (typeof schema[open] === 'number') all.push(schema[open]);
  if (typeof schema[strict] === 'number') all.push(schema[strict] + nudge);
  return all.length === 0 ? undefined : of(...all);
}

function fillString(schema: Schema, place: Place): Filled {
  const format = typeof schema['format'] === 'string' ? schema['format'] : '';
  const found: Found | null = lookUp(place.document, place.name, format);
  const fitted = found === null ? null : fitString(schema, found.text);
  if (fitted !== null) return { value: fitted, found: true };
  return { value: placeholder(schema, format), found: false };
}

/** The text cut to the schema's length, or null where it cannot satisfy the schema. */
function fitString(schema: Schema, text: string): string | null {
  const most = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Number.POSITIVE_INFINITY;
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  const cut = text.length <= most ? text : text.slice(0, most).toWellFormed();
  // Validators count a length in UTF-16 units or in characters; this is right for both.
  if ([...cut].length < least) return null;
  return satisfiesPattern(schema, cut) && satisfiesFormat(schema, cut) ? cut : null;
}

function satisfiesPattern(schema: Schema, text: string): boolean {
  if (typeof schema['pattern'] !== 'string') return true;
  try {
    return new RegExp(schema['pattern'], 'u').test(text);
  } catch {
    return true; // The schema's own mistake, and its validator's to tell.
  }
}

const FORMAT: Record<string, RegExp> = {
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  time: /^\d\d:\d\d:\d\d/,
  email: /^[^\s@]+@[^\s@]+$/,
  uri: /^[a-z][a-z\d+.-]*:\S+$/i,
  url: /^[a-z][a-z\d+.-]*:\S+$/i,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
};

function satisfiesFormat(schema: Schema, text: string): boolean {
  return typeof schema['format'] !== 'string' || (FORMAT[schema['format']]?.test(text) ?? true);
}

/** Where the document has nothing and null is not allowed: empty, or the emptiest thing of that format. */
const EMPTY_OF_FORMAT: Record<string, string> = {
  date: '1970-01-01',
  'date-time': '1970-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'nobody@example.invalid',
  uri: 'about:blank',
  url: 'about:blank',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function placeholder(schema: Schema, format: string): string {
  const examples = [schema['default'], ...(Array.isArray(schema['examples']) ? schema['examples'] : [])];
  const candidates = [
    EMPTY_OF_FORMAT[format] ?? '',
    ...examples.filter((one) => typeof one === 'string'),
    '-',
    '0',
    'a',
    'A',
  ];
  const fitting = candidates.find((candidate) => fitString(schema, candidate) !== null);
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  return fitting ?? '-'.repeat(Math.min(least, 10_000));
}

/** The first member that the text mentions, else the first. */
function chooseMember(members: unknown[], document: Document): Filled {
  const mentioned = members.find((member) => mentions(document, member));
  return mentioned === undefined
    ? { value: members.includes(null) ? null : members[0], found: false }
    : { value: mentioned, found: true };
}

function mentions(document: Document, member: unknown): boolean {
  if (typeof member !== 'string' || member === '') return false;
  const escaped = member.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[_\- ]/g, '[_\\- ]');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'iu').test(
    `${document.name}\n${document.text}`,
  );
}

function inside(place: Place, key: string): Place {
  const name = key
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
  return { ...place, name, depth: place.depth + 1 };
}

/** Elements that must differ are numbered. */
function padding(value: unknown, index: number, schema: Schema): unknown {
  if (schema['uniqueItems'] !== true) return value;
  return typeof value === 'string'
    ? `${value}${index + 1}`
    : typeof value === 'number'
      ? value + index
      : value;
}

function unique(values: unknown[]): unknown[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key);
  });
}
