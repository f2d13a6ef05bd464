import { replayedAs } from '../../../src/contract/replayed.ts';
import type { ThoughtRow, ThoughtView } from '../../../src/contract/thought-view.ts';

/** Characters of it that a row has room for. */
const ROW_TEXT = 240;

/** Front matter and the mark of a heading, before the first words of a text. */
const BEFORE_WORDS = /^(?:---\s+[\w-]+:.*?\s---\s+)?(?:#+\s+)?/su;

/** What a row says of a thought: how its text begins; where it is stuck or was given up, why. */
export function saidOf(row: Pick<ThoughtRow, 'reason' | 'content' | 'state'>): {
  text: string;
  isReason: boolean;
} {
  const isWell = row.state === 'done' || row.state === 'proposed' || row.state === 'answered';
  const isReason = row.reason !== '' && (!isWell || row.content === '');
  const text = (isReason ? row.reason : row.content.replace(BEFORE_WORDS, ''))
    .slice(0, ROW_TEXT * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return { text: text.slice(0, ROW_TEXT), isReason };
}

/** What a thought is called: the name of its file, else how its text begins, else its subject. */
export function titleOf({ context, content }: Pick<ThoughtRow, 'context' | 'content'>): string {
  const name = context.path?.split('/').at(-1) ?? '';
  if (name !== '') return name;
  const line = content.trim().split('\n', 1)[0]?.slice(0, 120) ?? '';
  return line === '' ? context.subject : line;
}

/** What people may still do about a thought. */
export function movesOf(thought: Pick<ThoughtView, 'state' | 'reason' | 'outputs'>) {
  const { state, outputs } = thought;
  return {
    canRetry: (state === 'dead' || state === 'cancelled') && replayedAs(thought) === null,
    canCancel: state === 'waiting' || state === 'ready' || state === 'running',
    canUndo: outputs.some((output) => output.state === 'applied'),
    isUnderWay: state === 'waiting' || state === 'ready' || state === 'running' || state === 'answered',
  };
}

/** An answer for people: text, or its fields in their order. */
export type ReadableAnswer =
  | { kind: 'none' }
  | { kind: 'text'; text: string }
  | { kind: 'fields'; fields: Field[] };

export interface Field {
  key: string;
  /** Null = the model left it out; `items`: maps, each with its own fields. */
  value: string | string[] | { items: Field[][] } | null;
}

/** Maps within maps are told field by field so far down, and then as JSON. */
const DEEPEST = 2;

export function readable(answer: unknown): ReadableAnswer {
  if (answer === null || answer === undefined || answer === '') return { kind: 'none' };
  if (typeof answer === 'string') return { kind: 'text', text: answer };
  if (typeof answer !== 'object' || Array.isArray(answer)) return { kind: 'text', text: jsonOf(answer) };
  return {
    kind: 'fields',
    fields: fieldsOf(answer, 0),
  };
}

/** An answer as one text. */
export function answerText(answer: unknown): string {
  return answer === null || answer === undefined ? '' : typeof answer === 'string' ? answer : jsonOf(answer);
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}

function fieldsOf(map: object, depth: number): Field[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: wordsOf(value, depth) }));
}

function wordsOf(value: unknown, depth: number): Field['value'] {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null)) {
    return value.map((each) => String(each));
  }
  const maps: unknown[] = Array.isArray(value) ? value : [value];
  if (depth < DEEPEST && maps.every(isMap)) return { items: maps.map((map) => fieldsOf(map, depth + 1)) };
  return jsonOf(value);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
