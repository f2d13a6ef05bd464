import { lineBefore } from './document.ts';

/** A date found in a text. */
export interface FoundDate {
  /** `YYYY-MM-DD`. */
  iso: string;
  /** What stands before it on its line, lower-case: "invoice date:". */
  label: string;
}

const MONTHS: readonly string[][] = [
  ['january', 'jan', 'januar', 'jänner', 'jän', 'janvier', 'enero', 'gennaio'],
  ['february', 'feb', 'februar', 'février', 'febrero', 'febbraio'],
  ['march', 'mar', 'märz', 'mär', 'mrz', 'maerz', 'mars', 'marzo'],
  ['april', 'apr', 'avril', 'abril', 'aprile'],
  ['may', 'mai', 'mayo', 'maggio'],
  ['june', 'jun', 'juni', 'juin', 'junio', 'giugno'],
  ['july', 'jul', 'juli', 'juillet', 'julio', 'luglio'],
  ['august', 'aug', 'août', 'agosto'],
  ['september', 'sep', 'sept', 'septembre', 'septiembre', 'settembre'],
  ['october', 'oct', 'oktober', 'okt', 'octobre', 'octubre', 'ottobre'],
  ['november', 'nov', 'novembre', 'noviembre'],
  ['december', 'dec', 'dezember', 'dez', 'décembre', 'diciembre', 'dicembre'],
];
const MONTH_OF = new Map(MONTHS.flatMap((names, index) => names.map((name) => [name, index + 1])));
const NAMES = MONTHS.flat()
  .sort((a, b) => b.length - a.length)
  .join('|');

const DATE = new RegExp(
  [
    String.raw`(?<![\d.-])(?<y1>\d{4})[-/.](?<m1>\d{1,2})[-/.](?<d1>\d{1,2})(?!\d)`,
    String.raw`(?<y2>\d{4})年(?<m2>\d{1,2})月(?<d2>\d{1,2})日`,
    String.raw`(?<![\d.])(?<d3>\d{1,2})\s?(?:\.|st|nd|rd|th)?\s?(?:of\s|de\s)?(?<n3>${NAMES})\.?,?\s(?:de\s)?(?<y3>\d{4})(?!\d)`,
    String.raw`(?<![\p{L}])(?<n4>${NAMES})\.?\s(?<d4>\d{1,2})(?:st|nd|rd|th)?,?\s(?<y4>\d{4})(?!\d)`,
    String.raw`(?<![\d.])(?<d5>\d{1,2})\.\s?(?<m5>\d{1,2})\.\s?(?<y5>\d{4}|\d{2})(?![\d.,]*\d)`,
    String.raw`(?<![\d/])(?<a6>\d{1,2})\/(?<b6>\d{1,2})\/(?<y6>\d{4})(?![\d/])`,
  ].join('|'),
  'giu',
);

/** Dates of a text as they come: ISO, English, German, French, Spanish, Italian and Japanese writing. */
export function findDates(text: string): FoundDate[] {
  // 03/04/2026 is the 3rd of April but where the text is American.
  const american = /\$\s?\d|\b\d{1,2}:\d\d\s?[ap]\.?m\b/i.test(text);
  const found: FoundDate[] = [];
  for (const match of text.matchAll(DATE)) {
    const iso = isoOf(match.groups ?? {}, american);
    if (iso === null) continue;
    found.push({ iso, label: lineBefore(text, match.index, 48) });
  }
  return found;
}

/** Labels by what a date is wanted for. */
const DUE = /\b(?:due|deadline|payable|fällig|frist|zahlbar|spätestens)|\b(?:by|until|bis|bis zum)\s*:?$/;
const START = /\b(start|begin|from|ab|von|beginn)\b/;
const END = /\b(end|until|till|expires?|valid|bis|ende|ablauf|gültig)\b/;
const OWN = /\b(?:\w*date|dated|datum|\w*datum|den|vom)\s*:?$/;
const OTHER = /\b(due|deliver\w*|lieferdatum|lieferung|until|expires?|valid|born|geboren|fällig|frist)\b/;

/** The date that a property of this name asks for: the document's own, or the one due, the first, the last. */
export function pickDate(dates: readonly FoundDate[], property: string): string | null {
  const wanted = /due|deadline|fällig|frist/i.test(property)
    ? DUE
    : /start|begin|from/i.test(property)
      ? START
      : /end|until|expir|valid/i.test(property)
        ? END
        : null;
  if (wanted !== null) return dates.find((date) => wanted.test(date.label))?.iso ?? null;
  const own = dates.find((date) => OWN.test(date.label) && !OTHER.test(date.label));
  return (own ?? dates.find((date) => !OTHER.test(date.label)) ?? dates[0])?.iso ?? null;
}

/** A date in a file's name: `2026-03-12 note.md`, `scan_20260312.pdf`. */
export function dateInName(name: string): string | null {
  const [, year, month, day] = /(?<!\d)(20\d\d|19\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)/.exec(name) ?? [];
  return calendar(Number(year), Number(month), Number(day));
}

function isoOf(groups: Record<string, string | undefined>, american: boolean): string | null {
  const { y1, m1, d1, y2, m2, d2, d3, n3, y3, n4, d4, y4, d5, m5, y5, a6, b6, y6 } = groups;
  if (y1 !== undefined) return calendar(Number(y1), Number(m1), Number(d1));
  if (y2 !== undefined) return calendar(Number(y2), Number(m2), Number(d2));
  if (y3 !== undefined) return calendar(Number(y3), MONTH_OF.get(n3?.toLowerCase() ?? '') ?? 0, Number(d3));
  if (y4 !== undefined) return calendar(Number(y4), MONTH_OF.get(n4?.toLowerCase() ?? '') ?? 0, Number(d4));
  if (y5 !== undefined)
    return calendar(y5.length === 2 ? 2000 + Number(y5) : Number(y5), Number(m5), Number(d5));
  const [first, second] = american ? [b6, a6] : [a6, b6];
  return (
    calendar(Number(y6), Number(second), Number(first)) ?? calendar(Number(y6), Number(first), Number(second))
  );
}

/** ISO text of a day that exists, between 1900 and 2099. */
function calendar(year: number, month: number, day: number): string | null {
  if (!(year >= 1900 && year < 2100)) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return null;
  return date.toISOString().slice(0, 10);
}
