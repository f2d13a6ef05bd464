const COLOURS: Record<string, string> = {
  DEBUG: '90',
  INFO: '32',
  WARNING: '33',
  ERROR: '31',
  CRITICAL: '97;41',
};
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * One JSON line of the log as people read it: local time, level, event, fields, stacks indented beneath.
 * Nothing in a field can start a line of its own or reach the terminal as an escape sequence.
 */
export function prettyLine(line: string, colour: boolean): string {
  const { time, level, event, ...fields }: Record<string, unknown> = JSON.parse(line);
  const paint = (code: string, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const stacks: string[] = [];
  const shown = Object.entries(fields).map(([name, value]) => {
    const stack = stackOf(value);
    if (stack !== undefined) stacks.push(...stack.split('\n'));
    return ` ${paint('2', `${escaped(name)}=`)}${shownValue(value)}`;
  });
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const label = paint(COLOURS[String(level)] ?? '0', escaped(String(level)).padEnd(8));
  const head = `${clock} ${label} ${paint('1', escaped(String(event)))}${shown.join('')}\n`;
  return head + stacks.map((each) => `    ${paint('2', escaped(each.trim()))}\n`).join('');
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
  return text.replace(
    UNPRINTABLE,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
