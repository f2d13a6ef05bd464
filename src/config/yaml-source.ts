import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { messageOf } from '../base/errors.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import { deeperThan, type KeyPath } from './key-path.ts';

export interface Place {
  line: number;
  column: number;
}

/** A YAML document that remembers where each of its values stands. */
export interface YamlSource {
  value: unknown;
  /** Where the key, or the value, at a path begins; null where the document has no such path. */
  place(path: KeyPath, part: 'key' | 'value'): Place | null;
  /** Where the text of a scalar begins: for a block (`|`) the line after its mark. */
  textPlace(path: KeyPath): Place | null;
}

/** Levels of nesting: far more than any key here has, far fewer than a stack has frames. */
const DEPTH = 40;

/** Parses one YAML document. `firstLine` is the line of the file on which `text` begins. */
export function parseYaml(
  text: string,
  file: string,
  firstLine = 1,
): { source: YamlSource; problems: ConfigProblem[] } {
  const lines = new LineCounter();
  const problem = (message: string, offset: number | null): ConfigProblem => {
    const at = offset === null ? null : lines.linePos(offset);
    return {
      file,
      line: at === null ? null : at.line + firstLine - 1,
      column: at === null ? null : at.col,
      key: '',
      value: undefined,
      message: `malformed YAML: ${message}`,
      allowed: hint(text, at?.line ?? 0),
      nearest: null,
      severity: 'error',
    };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    const wrong = [...document.errors, ...document.warnings].toSorted(
      (one, other) => one.pos[0] - other.pos[0],
    );
    // One slip breaks what comes after it, and is found again there: the first says what there is to know.
    if (wrong[0] !== undefined) {
      return { source: nothing, problems: [problem(wrong[0].message, wrong[0].pos[0])] };
    }
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (deeperThan(value, DEPTH))
      return { source: nothing, problems: [problem(`nested deeper than ${DEPTH} levels`, null)] };
    return { source: { value, ...places(document, lines, firstLine) }, problems: [] };
  } catch (error) {
    // An alias without its anchor, an alias bomb, or nesting deeper than the stack.
    return { source: nothing, problems: [problem(messageOf(error), null)] };
  }
}

const nothing: YamlSource = { value: undefined, place: () => null, textPlace: () => null };

function places(document: Document, lines: LineCounter, firstLine: number): Omit<YamlSource, 'value'> {
  const at = (offset: number | undefined): Place | null => {
    if (offset === undefined) return null;
    const { line, col } = lines.linePos(offset);
    return { line: line + firstLine - 1, column: col };
  };
  return {
    place: (path, part) => {
      const found = find(document, path);
      const key = found?.pair?.key;
      if (part === 'key' && isScalar(key)) return at(key.range?.[0]);
      return at(found?.node?.range?.[0] ?? (isScalar(key) ? key.range?.[0] : undefined));
    },
    textPlace: (path) => {
      const node = find(document, path)?.node;
      const start = at(node?.range?.[0]);
      if (start === null || !isScalar(node)) return start;
      if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
        return { line: start.line + 1, column: 1 };
      return { line: start.line, column: start.column + (node.type === 'PLAIN' ? 0 : 1) };
    },
  };
}

function find(document: Document, path: KeyPath): { node: Node | null; pair: Pair | null } | null {
  let node: Node | null = document.contents;
  let pair: Pair | null = null;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(step)) ?? null;
      if (pair === null) return null;
      node = isNode(pair.value) ? pair.value : null;
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step];
      if (!isNode(item)) return null;
      node = item;
      pair = null;
    } else return null;
  }
  return { node, pair };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

/** The mistakes that everybody makes once. */
function hint(text: string, line: number): string | null {
  const around = text.split('\n').slice(Math.max(0, line - 2), line);
  if (/^ *\t/.test(around.at(-1) ?? '')) return 'spaces in place of tabs, two for each step';
  return around.some((each) => each.includes('{{'))
    ? 'values with {{ }} in quotes: "{{ answer.title }}"'
    : null;
}
