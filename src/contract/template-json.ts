import type { Escaping } from './template-engine.ts';

/**
 * What templates of JSON may do. A value is written as it stands within a JSON string, so that what a model says
 * cannot end the string it is in; `| json` writes a whole value, with its quotes.
 */
export const JSON_ESCAPING: Escaping = {
  escape: insideString,
  tags: ['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'comment', 'raw', '#'],
  safe: ['json'],
};

function insideString(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return JSON.stringify(text.toWellFormed()).slice(1, -1);
}
