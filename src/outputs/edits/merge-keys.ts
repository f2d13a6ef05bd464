import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { messageOf } from '../../base/errors.ts';
import { renderKey, replaceValue } from './yaml-value.ts';

export type Merged =
  | { kind: 'changed'; yaml: string }
  | { kind: 'already' }
  | { kind: 'impossible'; reason: string };

/** Front matter as it was read. */
type Read = { ok: true; map: YAMLMap | null; values: Map<string, unknown> } | { ok: false; reason: string };

/**
 * Sets keys of a YAML map: each is changed in its place, or added at the end; all other bytes stay. A null says that
 * nothing is known: the key stays as it is.
 */
export function mergeKeys(yaml: string, set: ReadonlyMap<string, unknown>, lineEnd: string): Merged {
  const before = read(yaml);
  if (!before.ok) return { kind: 'impossible', reason: before.reason };
  let text = yaml;
  for (const [key, value] of set) {
    const now = read(text);
    if (!now.ok) return cannot(key);
    if (value === null || (now.values.has(key) && isDeepStrictEqual(now.values.get(key), value))) continue;
    const pair = now.map?.items.find((each) => keyOf(each) === key);
    const next = pair
      ? replaceValue(text, pair, value, now.values.get(key), lineEnd)
      : text + renderKey(key, value, indentOf(text, now.map), lineEnd);
    if (next === null || !isOnly(next, key, value, now.values)) return cannot(key);
    text = next;
  }
  return text === yaml ? { kind: 'already' } : { kind: 'changed', yaml: text };
}

/** The values of front matter, or why it cannot be read. */
export function read(yaml: string): Read {
  const lines = new LineCounter();
  try {
    const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    const wrong = document.errors.toSorted((one, other) => one.pos[0] - other.pos[0])[0];
    if (wrong) {
      // The fence above it is the first line.
      const line = lines.linePos(wrong.pos[0]).line + 1;
      return { ok: false, reason: `its front matter is broken YAML in line ${line}: ${wrong.message}` };
    }
    const { contents } = document;
    if (contents === null) return { ok: true, map: null, values: new Map() };
    if (!isMap(contents)) return { ok: false, reason: 'its front matter is no map of keys and values' };
    if (contents.flow)
      return { ok: false, reason: 'its front matter is one map in braces, not a key on each line' };
    const values: unknown = document.toJS();
    return { ok: true, map: contents, values: new Map(Object.entries(values ?? {})) };
  } catch (error) {
    // Nested too deep for a stack, or an alias bomb.
    return { ok: false, reason: `its front matter cannot be read: ${messageOf(error).split('\n')[0]}` };
  }
}

/** Whether exactly this key changed, and to this value: what is written is read back before it is believed. */
function isOnly(text: string, key: string, value: unknown, before: ReadonlyMap<string, unknown>): boolean {
  const now = read(text);
  if (!now.ok) return false;
  return isDeepStrictEqual(now.values, new Map([...before, [key, value]]));
}

function keyOf({ key }: Pair): string | null {
  return isScalar(key) ? String(key.value) : null;
}

/** The keys of a map may stand to the right of the margin. */
function indentOf(text: string, map: YAMLMap | null): string {
  const key: unknown = map?.items[0]?.key;
  const at = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
  return /[ ]*$/.exec(text.slice(0, at))?.[0] ?? '';
}

function cannot(key: string): Merged {
  return {
    kind: 'impossible',
    reason: `the key ${key} of its front matter cannot be changed without changing others`,
  };
}
