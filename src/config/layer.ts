import type { Origin } from './issues.ts';
import { dotted, isMap, type KeyPath, valueAt } from './key-path.ts';
import type { YamlSource } from './yaml-source.ts';

/** One source of settings. Layers are merged; the earlier one wins, maps merge, lists replace. */
export interface Layer {
  value: Record<string, unknown>;
  /** Where this layer says something at the path, or nearest above or below it. */
  origin(path: KeyPath, part: 'key' | 'value'): Origin;
  /** The same for people: `config.yaml:3`, `CONSCIOUSNESS_LOG_LEVEL`. */
  label(path: KeyPath): string;
}

/** One setting that is not in a file of keys and values: a variable, a flag. */
export interface Assignment {
  path: KeyPath;
  value: unknown;
  origin: Origin;
  label: string;
}

export function fileLayer(source: YamlSource, file: string): Layer {
  return {
    value: isMap(source.value) ? source.value : {},
    origin: (path, part) => {
      for (let length = path.length; length >= 0; length -= 1) {
        const place = source.place(path.slice(0, length), length === path.length ? part : 'key');
        if (place !== null) return { file, line: place.line, column: place.column };
      }
      return { file, line: null, column: null };
    },
    label: (path) => {
      const line = source.place(path, 'key')?.line ?? source.place(path, 'value')?.line;
      return line === undefined ? file : `${file}:${line}`;
    },
  };
}

export function assignmentLayer(assignments: readonly Assignment[]): Layer {
  // The more precise one wins: PROVIDERS__BOX__MODEL over the JSON in PROVIDERS.
  const sorted = [...assignments].sort((one, other) => other.path.length - one.path.length);
  const nearest = (path: KeyPath) => {
    const covering = sorted.find(
      (each) => startsWith(path, each.path) && has(each.value, path.slice(each.path.length)),
    );
    return (
      covering ??
      sorted.find((each) => startsWith(path, each.path)) ??
      sorted.find((each) => startsWith(each.path, path))
    );
  };
  return {
    value: merge(sorted.map((each) => nest(each.path, each.value))),
    origin: (path) => nearest(path)?.origin ?? { file: '', line: null, column: null },
    label: (path) => nearest(path)?.label ?? '',
  };
}

/** Merges, the earliest first in rank. */
export function merge(values: readonly Record<string, unknown>[]): Record<string, unknown> {
  const merged = new Map<string, unknown>();
  for (const value of values) {
    for (const [key, item] of Object.entries(value)) {
      const there = merged.get(key);
      if (!merged.has(key)) merged.set(key, item);
      else if (isMap(there) && isMap(item)) merged.set(key, merge([there, item]));
    }
  }
  return Object.fromEntries(merged);
}

/** The layer that decides the value at a path: the first that has it, else the first that has what is above it. */
export function deciding(layers: readonly Layer[], path: KeyPath): Layer | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = layers.find((layer) => has(layer.value, path.slice(0, length)));
    if (found !== undefined && (length > 0 || Object.keys(found.value).length > 0)) return found;
  }
  return null;
}

export function has(value: unknown, path: KeyPath): boolean {
  return path.length === 0 ? value !== undefined : valueAt(value, path) !== undefined;
}

function nest(path: KeyPath, value: unknown): Record<string, unknown> {
  let nested = value;
  for (const step of path.toReversed()) nested = Object.fromEntries([[String(step), nested]]);
  return isMap(nested) ? nested : {};
}

function startsWith(path: KeyPath, beginning: KeyPath): boolean {
  return beginning.length <= path.length && dotted(path.slice(0, beginning.length)) === dotted(beginning);
}
