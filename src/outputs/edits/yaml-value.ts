import { isDeepStrictEqual } from 'node:util';
import { Document, isCollection, isScalar, isSeq, type Pair, Scalar, type YAMLSeq } from 'yaml';

/** `key: value`, as lines; lists and maps on the key's line. */
export function renderKey(key: string, value: unknown, indent: string, lineEnd: string): string {
  return indented(`${indent}${render(key, value, { flow: true })}`, indent, lineEnd);
}

/**
 * YAML with another value for a pair, in the style of the former one; null where that cannot be told. A list that only
 * grows keeps its items and their comments.
 */
export function replaceValue(
  text: string,
  pair: Pair,
  value: unknown,
  former: unknown,
  lineEnd: string,
): string | null {
  const key: unknown = pair.key;
  const node: unknown = pair.value;
  if (!isScalar(key) || !key.range || !(isScalar(node) || isCollection(node)) || !node.range) return null;
  if (isSeq(node) && node.items.length > 0 && Array.isArray(value) && Array.isArray(former)) {
    const [kept, added] = [value.slice(0, former.length), value.slice(former.length)];
    if (isDeepStrictEqual(kept, former)) return withItems(text, node, added, lineEnd);
  }
  const [start, end] = node.range;
  const colon = /^[ \t]*:/.exec(text.slice(key.range[1], start));
  if (!colon) return null;
  const afterColon = key.range[1] + colon[0].length;
  const gap = text.slice(afterColon, start);
  const isLast = text.slice(start, end).endsWith('\n') || /^[ \t]*(?:\r?\n|$)/.test(text.slice(end));
  const isBlock = isCollection(node) && !node.flow;
  const type = isScalar(node) && isScalarType(node.type) ? node.type : undefined;
  // A comment between a key and its value stays; so does one behind it.
  const isPlain = /^\s*$/.test(gap);
  const style = { flow: !isBlock || !isPlain, oneLine: !isLast || !isPlain, type };
  const indent = indentAt(text, key.range[0]);
  const rendered = indented(render('k', value, style).slice('k:'.length), indent, lineEnd);
  const next = isPlain ? rendered : rendered.replace(/^ /, '');
  const isWhole = text.slice(start, end).endsWith('\n');
  return (
    text.slice(0, isPlain ? afterColon : start) + (isWhole ? next : withoutLineEnd(next)) + text.slice(end)
  );
}

interface Style {
  /** Lists and maps in brackets and braces. */
  flow: boolean;
  /** No text over several lines. */
  oneLine?: boolean;
  /** How a text was quoted. */
  type?: Scalar.Type | undefined;
}

function render(key: string, value: unknown, { flow, oneLine, type }: Style): string {
  const document = new Document({ [key]: value }, { aliasDuplicateObjects: false });
  const node: unknown = document.get(key, true);
  if (isCollection(node)) node.flow = flow;
  if (isScalar(node) && typeof value === 'string') {
    if (type !== undefined) node.type = type;
    if (oneLine && value.includes('\n')) node.type = Scalar.QUOTE_DOUBLE;
  }
  return document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
}

function withItems(text: string, seq: YAMLSeq, added: readonly unknown[], lineEnd: string): string | null {
  const last: unknown = seq.items.at(-1);
  const end = seq.range?.[1];
  if (!seq.range || end === undefined) return null;
  if (seq.flow) {
    if (typeof last !== 'object' || last === null || !('range' in last) || !Array.isArray(last.range))
      return null;
    const at: unknown = last.range[1];
    if (typeof at !== 'number') return null;
    const list = withoutLineEnd(render('k', added, { flow: true }));
    return `${text.slice(0, at)}, ${list.slice('k: ['.length, -1)}${text.slice(at)}`;
  }
  const indent = indentAt(text, seq.range[0]);
  const items = added.map(
    (item) => `${indent}- ${render('k', item, { flow: true, oneLine: true }).slice('k: '.length)}`,
  );
  return text.slice(0, end) + items.join('').replaceAll('\n', lineEnd) + text.slice(end);
}

/** The white space in front of a place on its line, or as much. */
function indentAt(text: string, at: number): string {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replace(/[^ ]/g, ' ');
}

/** Lines but the first moved to the right, each with the document's own end. */
function indented(lines: string, indent: string, lineEnd: string): string {
  return lines.replace(/\n(?=.)/g, `\n${indent}`).replaceAll('\n', lineEnd);
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function isScalarType(type: string | null | undefined): type is Scalar.Type {
  return type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;
}
