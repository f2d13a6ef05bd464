import { lineBefore } from './document.ts';

/** A sum of money found in a text. */
export interface FoundAmount {
  value: number;
  /** ISO 4217 code. */
  currency: string;
  /** As the document writes it: `€905.40`. */
  text: string;
  /** The rest of its line before it, lower-case. */
  label: string;
}

const CODES: Record<string, string> = {
  '€': 'EUR',
  $: 'USD',
  '£': 'GBP',
  '¥': 'JPY',
  'fr.': 'CHF',
  euro: 'EUR',
  euros: 'EUR',
};
const CURRENCY = String.raw`€|\$|£|¥|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK|CAD|AUD|Euros?|Fr\.)`;
const NUMBER = String.raw`\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)`;
const AMOUNT = new RegExp(
  String.raw`(?<before>${CURRENCY})[ \u00a0]?(?<n1>-?(?:${NUMBER}))|(?<![\d.,])(?<n2>-?(?:${NUMBER}))(?:,[-–]+)?[ \u00a0]?(?<after>${CURRENCY})`,
  'gi',
);

/** Sums of money as they come, with English and continental separators. */
export function findAmounts(text: string): FoundAmount[] {
  const found: FoundAmount[] = [];
  for (const match of text.matchAll(AMOUNT)) {
    const { before, n1, n2, after } = match.groups ?? {};
    const value = numberOf(n1 ?? n2 ?? '');
    const sign = (before ?? after ?? '').toLowerCase();
    if (value === null) continue;
    found.push({
      value,
      currency: CODES[sign] ?? sign.toUpperCase(),
      text: match[0].trim(),
      label: lineBefore(text, match.index, 80),
    });
  }
  return found;
}

/** How surely a label announces the sum that matters, surest first. */
const TOTALS = [
  /\b(total due|amount due|grand total|balance due|total amount|to pay|zu zahlen\w*|gesamtbetrag|rechnungsbetrag|endbetrag|zahlbetrag)\b/,
  /(?<!sub)(?<!sub-)(?<!zwischen)\b(total|gesamt\w*|summe|sum)\b/,
];

/** The document's main sum: a total where one is named, else the first. */
export function pickAmount(amounts: readonly FoundAmount[]): FoundAmount | null {
  for (const total of TOTALS) {
    const named = amounts.findLast((amount) => total.test(amount.label));
    if (named !== undefined) return named;
  }
  return amounts[0] ?? null;
}

/** `1.284,50`, `1,284.50`, `1 284,50` and `1'284.5` are one number; a lone separator before three digits groups. */
function numberOf(text: string): number | null {
  const digits = text.replace(/['’ \u00a0\u202f]/g, '');
  const [, whole = '', decimals = ''] = /^(-?[\d.,]*?)(?:[.,](\d{1,2}))?$/.exec(digits) ?? [];
  const value = Number(`${whole.replace(/[.,]/g, '')}.${decimals || '0'}`);
  return whole === '' || Number.isNaN(value) ? null : value;
}
