import type { Document } from './document.ts';
import { sentencesOf } from './sentences.ts';

const KIND =
  /^(?:(?:credit|delivery|meeting) )?(?:invoice|receipt|contract|agreement|offer|quote|order|minutes|reminder|statement|report|agenda|certificate|notice|note|invitation|rechnung|quittung|vertrag|angebot|bestellung|protokoll|mahnung|bericht|bescheid|lieferschein|kündigung|einladung|mitteilung|abrechnung)\b/i;
const SALUTATION = /^(?:dear|hello|sehr geehrte|liebe|guten tag|hallo|to whom)\b/i;
const SUBJECT = /^(?:title|titel|subject|betreff|re|betr)$/;

/** Longest title, in characters. */
const TITLE_CHARACTERS = 90;

/** What a document is called: its own title or first heading, its subject, a strong line, or its humanised file name. */
export function titleOf(document: Document): string {
  const found =
    document.fields.find((field) => field.key === 'title')?.value ??
    document.blocks.find((block) => block.kind === 'heading' && block.text !== '')?.text ??
    document.fields.find((field) => SUBJECT.test(field.key))?.value ??
    ofKind(document) ??
    beforeSalutation(document) ??
    strongLine(document) ??
    humanise(document.name) ??
    sentencesOf(document)[0] ??
    document.blocks[0]?.text ??
    'Untitled';
  return cut(found.replace(/\s+/g, ' ').trim() || 'Untitled');
}

/** "scan_0412.pdf" is "Scan 0412"; null where nothing is left. */
function humanise(name: string): string | null {
  const words = name
    .replace(/\.\w{1,8}$/, '')
    .replace(/[_\-.\s]+/g, ' ')
    .trim();
  return words === '' ? null : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function ofKind(document: Document): string | null {
  const line = document.blocks.find(
    (block) =>
      block.kind === 'short' && block.text.length <= 70 && KIND.test(block.text) && !block.text.endsWith(':'),
  );
  return line?.text ?? null;
}

/** A letter's subject is the line above "Dear …". */
function beforeSalutation(document: Document): string | null {
  const at = document.blocks.findIndex((block) => SALUTATION.test(block.text));
  const above = at > 0 ? document.blocks[at - 1] : undefined;
  return above?.kind === 'short' ? above.text : null;
}

/** The first line, if it stands like a heading: short, of several words, no date, address or number. */
function strongLine(document: Document): string | null {
  const first = document.blocks[0];
  if (first?.kind !== 'short' || first.text.length > 80) return null;
  return /^\p{L}/u.test(first.text) && first.text.includes(' ') && !/[@\d]/.test(first.text)
    ? first.text
    : null;
}

function cut(title: string): string {
  if (title.length <= TITLE_CHARACTERS) return title;
  const shorter = title.slice(0, TITLE_CHARACTERS - 1).replace(/\s+\S*$/, '');
  return `${shorter.toWellFormed()}…`;
}
