import { findDates } from './dates.ts';
import type { Document } from './document.ts';

const FROM =
  /^(from|by|author|sender|vendor|supplier|seller|issued by|company|organi[sz]ation|von|absender|autor|autorin|verfasser|lieferant|firma|source|publisher)$/;
const TO = /^(to|bill to|billed to|ship to|recipient|customer|client|buyer|an|empfänger|kunde|rechnung an)$/;
const LEGAL =
  /^(?:\p{Lu}|\d)[^.:;!?|]{1,60}?[ ,](?:Ltd|Limited|LLC|LLP|Inc|Corp|PLC|GmbH(?: & Co\. ?KG)?|AG|KG|OHG|UG|eG|e\. ?V|SE|SA|SAS|SARL|B\.?V|N\.?V|ApS|AB|Oy|S\.?r\.?l)\.?(?=$|[\s,|·–-])/u;
const INSTITUTION =
  /\b(cooperative|co-operative|society|association|council|university|institute|library|museum|hospital|station|bank|insurance|office|agency|foundation|observatory|club|\p{L}*genossenschaft|\p{L}*werke?|stadtwerke|verein|\p{L}*verband|\p{L}*amt|gemeinde|universität|institut|bibliothek|sparkasse|versicherung|stiftung|verlag|sternwarte)\b/iu;

/** Who a document is from, or with `to` who it is for: a named field, a company, an institution, a byline; null if none. */
export function findParty(document: Document, side: 'from' | 'to'): string | null {
  const named = document.fields.find((field) => (side === 'from' ? FROM : TO).test(field.key));
  if (named !== undefined) return tidy(named.value);
  const blocks = document.blocks;
  if (side === 'to') {
    const label = blocks.findIndex((block) =>
      /^(bill to|billed to|ship to|to|recipient|rechnung an|an):?$/i.test(block.text),
    );
    const next = label < 0 ? undefined : blocks[label + 1];
    return next === undefined ? null : tidy(next.text);
  }
  return byLegalForm(document) ?? byInstitution(document) ?? byline(document) ?? dateline(document);
}

function byLegalForm(document: Document): string | null {
  for (const block of document.blocks) {
    const match = LEGAL.exec(block.text);
    if (match !== null) return tidy(match[0]);
  }
  return null;
}

/** An institution in the letterhead or the closing: a short line of its own. */
function byInstitution(document: Document): string | null {
  const head = document.blocks.filter((block) => block.kind === 'short' && block.text.length <= 70);
  const found = head.find((block) => INSTITUTION.test(block.text) && /^\p{Lu}/u.test(block.text));
  return found === undefined ? null : tidy(found.text);
}

function byline(document: Document): string | null {
  const found = document.blocks.find(
    (block) =>
      block.kind === 'short' &&
      /^(?:by|von)\s+\p{Lu}/u.test(block.text.toLowerCase().slice(0, 3) + block.text.slice(3)),
  );
  return found === undefined || found.text.length > 60
    ? null
    : tidy(found.text.replace(/^(?:by|von)\s+/i, ''));
}

/** "The Breakwater Review, 21 February 2026" right beneath a heading. */
function dateline(document: Document): string | null {
  const at = document.blocks.findIndex((block) => block.kind === 'heading') + 1;
  const below = at > 0 ? document.blocks[at] : undefined;
  if (below?.kind !== 'short' || findDates(below.text).length === 0) return null;
  const before = /^(\p{Lu}[^,|·]{2,60}?)\s?[,|·]/u.exec(below.text)?.[1];
  return before === undefined || findDates(before).length > 0 ? null : tidy(before);
}

function tidy(text: string): string {
  return (
    text
      .split(/ {2,}|\s[|·–]\s/)[0]
      ?.replace(/[\s,;:]+$/, '')
      .trim() ?? text
  );
}
