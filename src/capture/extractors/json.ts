import { decodeText } from './decode.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Lines that are longer on average were written for programs. */
const LONG_LINE = 200;

/** JSON as it is written, or with its structure on lines of their own where it was written without any. */
export const json: FormatExtractor = {
  format: 'json',
  label: 'JSON',
  reads: 'beginning',
  matches: (name, head) =>
    /\.(?:json|jsonl|ndjson|json5|geojson|webmanifest|ipynb)$/i.test(name) && looksLikeText(head),
  async extract(bytes, limits) {
    const source = await decodeText(bytes);
    const isPacked = source.length / source.split('\n').length > LONG_LINE && /^\s*[[{]/.test(source);
    const isRecords = /^[^\n]*[}\]]\s*\n\s*[[{]/.test(source);
    if (!isPacked || isRecords) return { kind: 'text', text: source, truncated: false };
    return indented(source, limits.outputCharacters);
  },
};

/**
 * The same JSON with two spaces for each level. Only white space is added: numbers keep their digits, keys their order,
 * and what is cut off or no JSON at all stays as it is.
 */
function indented(source: string, most: number): FormatText {
  const parts: string[] = [];
  let characters = 0;
  let depth = 0;
  let before = '';
  const say = (text: string) => {
    parts.push(text);
    characters += text.length;
  };
  for (const [token] of source.matchAll(TOKENS)) {
    if (characters > most) break;
    const closes = token === '}' || token === ']';
    if (closes) depth = Math.max(0, depth - 1);
    const isEmpty = closes && (before === '{' || before === '[');
    if ((closes && !isEmpty) || (!closes && /^[{[,]$/.test(before)))
      say(`\n${'  '.repeat(Math.min(depth, DEEPEST))}`);
    say(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return { kind: 'text', text: `${parts.join('')}\n`, truncated: characters > most };
}

/** Levels that are indented. */
const DEEPEST = 40;

/** A string (also one that is cut off), a mark, or anything else but white space. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\],:]|[^"\s{}[\],:]+/gs;
