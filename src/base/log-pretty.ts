import { HARMFUL, jsonEscape } from './harmful.ts';

const COLOURS: Record<string, string> = {
  DEBUG: '90',
  INFO: '32',
  WARNING: '33',
  ERROR: '31',
  CRITICAL: '97;41',
};

/** A piece of a pretty line, and what it is, for whoever chooses the colours. */
export interface PrettyPart {
  kind: 'time' | 'level' | 'event' | 'name' | 'value' | 'stack';
  text: string;
}

/**
 * One JSON line of the log as people read it: local time, level, event, fields, stacks indented beneath.
 * Nothing in a field can start a line of its own or reach the terminal as an escape sequence.
 */
export function prettyLine(line: string, colour: boolean): string {
  const paint = ({ kind, text }: PrettyPart) => {
    const code = colour ? codeOf(kind, text.trimEnd()) : undefined;
    return code === undefined ? text : `\u001b[${code}m${text}\u001b[0m`;
  };
  const rows = prettyParts(JSON.parse(line));
  return rows.map((parts) => `${parts.map(paint).join('')}\n`).join('');
}

/** The same as lines of parts. */
export function prettyParts(entry: Readonly<Record<string, unknown>>): PrettyPart[][] {
  const { time, level, event, ...fields } = entry;
  const stacks: string[] = [];
  const shown = Object.entries(fields).flatMap(([name, value]): PrettyPart[] => {
    const stack = stackOf(value);
    if (stack !== undefined) stacks.push(...stack.split('\n'));
    return [
      { kind: 'value', text: ' ' },
      { kind: 'name', text: `${escaped(name)}=` },
      { kind: 'value', text: shownValue(value) },
    ];
  });
  const head: PrettyPart[] = [
    { kind: 'time', text: `${new Date(String(time)).toTimeString().slice(0, 8)} ` },
    { kind: 'level', text: escaped(String(level)).padEnd(8) },
    { kind: 'value', text: ' ' },
    { kind: 'event', text: escaped(String(event)) },
    ...shown,
  ];
  const beneath = stacks.map((each): PrettyPart[] => [
    { kind: 'value', text: '    ' },
    { kind: 'stack', text: escaped(each.trim()) },
  ]);
  return [head, ...beneath];
}

function codeOf(kind: PrettyPart['kind'], text: string): string | undefined {
  switch (kind) {
    case 'level':
      return COLOURS[text] ?? '0';
    case 'event':
      return '1';
    case 'name':
    case 'stack':
      return '2';
    case 'time':
    case 'value':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function stackOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return undefined;
  return typeof value.stack === 'string' ? value.stack : undefined;
}

function shownValue(value: unknown): string {
  if (stackOf(value) !== undefined && typeof value === 'object' && value !== null && 'message' in value) {
    return escaped(JSON.stringify(value.message));
  }
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return escaped(value);
  return escaped(JSON.stringify(value) ?? 'undefined');
}

function escaped(text: string): string {
  return text.replace(HARMFUL, jsonEscape);
}
