import { readXml } from './xml.ts';
import type { Member } from './zip.ts';

/** How the numbers of a cell are shown, as far as it changes what they mean. */
export type CellFormat = 'date' | 'duration' | 'percent' | 'number';

/** The format of each cell style. ECMA-376 part 1, 18.8.30 has the built-in ones. */
export async function readFormats(styles: Member | undefined): Promise<CellFormat[]> {
  const own = new Map<number, CellFormat>();
  const formats: CellFormat[] = [];
  let isCell = false;
  await readXml(styles, {
    open(name, { numFmtId = '0', formatCode = '' }) {
      const id = Number(numFmtId);
      if (name === 'numFmt') own.set(id, formatOf(formatCode));
      else if (name === 'cellXfs') isCell = true;
      else if (name === 'xf' && isCell) formats.push(own.get(id) ?? builtIn(id));
    },
    close(name) {
      if (name === 'cellXfs') isCell = false;
    },
  });
  return formats;
}

function builtIn(id: number): CellFormat {
  if (id === 9 || id === 10) return 'percent';
  if (id === 46) return 'duration';
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 58 && id !== 48 && id !== 49)
    ? 'date'
    : 'number';
}

/** Without what is quoted, escaped or in brackets, only dates have letters of days, months, years and hours. */
function formatOf(code: string): CellFormat {
  const bare = code.replaceAll(/"[^"]*"|\\./g, '');
  if (/\[(?:h+|m+|s+)\]/i.test(bare)) return 'duration';
  const marks = bare.replaceAll(/\[[^\]]*\]/g, '');
  if (/[dmyhs]/i.test(marks.replaceAll(/general/gi, ''))) return 'date';
  return marks.includes('%') ? 'percent' : 'number';
}

/** A number of a cell as people read it; `from1904`: day 0 is in 1904, not in 1900. */
export function shownNumber(value: string, format: CellFormat, from1904: boolean): string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  switch (format) {
    case 'date':
      return dateOf(number, from1904) ?? value;
    case 'duration': {
      const minutes = Math.round(number * 24 * 60);
      return `${Math.trunc(minutes / 60)}:${String(Math.abs(minutes % 60)).padStart(2, '0')}`;
    }
    case 'percent':
      return `${rounded(number * 100)}%`;
    case 'number':
      // 0.1 + 0.2 is stored as it is calculated.
      return /\.\d{12,}|e/i.test(value) ? rounded(number) : value;
    default:
      return format satisfies never;
  }
}

function rounded(number: number): string {
  return String(Number(number.toPrecision(12)));
}

/** Days since the end of 1899 (with a 29 February 1900 that never was), as a date and, where there is one, a time. */
function dateOf(days: number, from1904: boolean): string | null {
  const at = Math.round((days + (from1904 ? 1462 : 0) - 25_569) * 86_400) * 1000;
  if (!(Math.abs(at) < 8.64e15)) return null;
  const iso = new Date(at).toISOString();
  if (days >= 0 && days < 1) return iso.slice(11, 16);
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ');
}
