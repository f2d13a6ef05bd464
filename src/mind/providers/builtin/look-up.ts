import { findAmounts, pickAmount } from './amounts.ts';
import { dateInName, findDates, pickDate } from './dates.ts';
import { type Document, readDocument } from './document.ts';
import { findParty } from './parties.ts';
import { keyPhrases, wordsOf } from './phrases.ts';
import { sentencesOf, splitSentences } from './sentences.ts';
import { languageOf } from './stop-words.ts';
import { bestSentences, summarise } from './summary.ts';
import { type FoundTask, findTasks } from './tasks.ts';
import { titleOf } from './title.ts';

/** What a document says about a property. */
export interface Found {
  text: string;
  number?: number;
}

/** One element of a list, and the piece of text it comes from. */
export interface FoundElement extends Found {
  document: Document;
}

/** What is asked for by a property's name, first match wins; `format` is JSON Schema's and goes first. */
const BY_NAME: readonly [name: RegExp, find: (document: Document, name: string) => Found | null][] = [
  [/currency|währung/, (document) => textOf(pickAmount(findAmounts(document.text))?.currency)],
  [/(^|_)(amount|total|price|sum|cost|costs|betrag|summe|preis|balance|fee)(_|$)/, amount],
  [/(^|_)(date|datum|day|when|due|deadline|until|expires|frist|published|created)(_|$)/, date],
  [
    /(^|_)(title|subject|headline|heading|titel|betreff|name|topic)$/,
    (document) => textOf(titleOf(document)),
  ],
  [
    /(^|_)(summary|abstract|description|gist|tldr|overview|zusammenfassung|synopsis|conclusion|answer|digest|reason)$/,
    (document) => textOf(summarise(document)),
  ],
  [
    /(^|_)(tags|keywords|topics|labels|tag|keyword|category)$/,
    (document) => textOf(keyPhrases(document, 5).join(', ')),
  ],
  [
    /(^|_)(to|recipient|customer|client|buyer|addressee|empfänger|kunde)$/,
    (document) => textOf(findParty(document, 'to')),
  ],
  [
    /(^|_)(party|author|from|sender|vendor|supplier|seller|company|organi[sz]ation|issuer|absender|firma|source|counterparty)(_|$)/,
    (document) => textOf(findParty(document, 'from')),
  ],
  [
    /(^|_)(invoice|order|reference|ref|document|contract|case|receipt)?_?(number|no|id|nr|reference|nummer)$/,
    reference,
  ],
  [
    /(^|_)(tasks|todos|actions|task|todo|action|action_items|next_steps)$/,
    (document) => textOf(findTasks(document.text).find((task) => !task.done)?.text),
  ],
  [/(^|_)(language|lang|sprache)$/, (document) => textOf(languageOf(wordsOf(document.text)))],
  [/(^|_)(email|mail)(_|$)/, (document) => textOf(EMAIL.exec(document.text)?.[0])],
  [/(^|_)(url|link|uri|website)(_|$)/, (document) => textOf(LINK.exec(document.text)?.[0])],
  [/(^|_)(words|word_count)$/, (document) => counted(wordsOf(document.text).length)],
  [
    /(^|_)(text|content|body|note|quote|excerpt)$/,
    (document) => textOf(bestSentences(document, 1)[0] ?? document.blocks[0]?.text),
  ],
];

const TOLD_BY_FORMAT = new Set(['date', 'date-time', 'email', 'uri', 'url']);

const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/;
const LINK = /https?:\/\/[^\s<>"')\]]{1,500}/;
const REFERENCE =
  /(?<![\p{L}\p{N}-])(?=[\p{L}\d/-]*\d)[\p{Lu}]{1,5}[-/]?\d[\p{Lu}\d/-]{2,20}(?![\p{L}\p{N}])/u;

/** What the document says about a property of this name (`_`-separated, lower case), or null. */
export function lookUp(document: Document, name: string, format = ''): Found | null {
  if (TOLD_BY_FORMAT.has(format)) return ofFormat(document, name, format);
  const written = writtenField(document, name);
  const rule = BY_NAME.find(([pattern]) => pattern.test(name));
  return rule === undefined ? written : (rule[1](document, name) ?? written);
}

/** The elements for a list property of this name, at most a screenful; empty where nothing fits. */
export function lookUpList(document: Document, name: string): FoundElement[] {
  return elementsFor(document, name).map((found) => ({ ...found, document: readDocument(found.text, null) }));
}

function elementsFor(document: Document, name: string): Found[] {
  if (/tag|keyword|topic|label|categor|schlag|phrase/.test(name)) return texts(keyPhrases(document, 5));
  if (/task|todo|action|step|aufgabe/.test(name)) return tasks(document, name);
  if (/question|frage/.test(name))
    return texts(
      sentencesOf(document)
        .filter((sentence) => sentence.endsWith('?'))
        .slice(0, 10),
    );
  if (/date|datum|deadline/.test(name))
    return texts([...new Set(findDates(document.text).map((found) => found.iso))].slice(0, 20));
  if (/amount|price|cost|sum$|betr/.test(name))
    return findAmounts(document.text)
      .slice(0, 20)
      .map(({ text, value }) => ({ text, number: value }));
  if (/part(y|ies)|compan|organi|from|author|sender/.test(name))
    return texts([findParty(document, 'from'), findParty(document, 'to')]);
  if (/heading|section|chapter/.test(name))
    return texts(
      document.blocks
        .filter((block) => block.kind === 'heading')
        .map((block) => block.text)
        .slice(0, 30),
    );
  if (/link|url/.test(name))
    return texts([...document.text.matchAll(new RegExp(LINK, 'g'))].slice(0, 20).map((match) => match[0]));
  if (/summary|point|fact|highlight|sentence|finding|decision|insight|note|bullet|takeaway/.test(name))
    return texts(bestSentences(document, 4));
  return [];
}

function tasks(document: Document, name: string): Found[] {
  const wanted = /done|finished|completed|erledigt/.test(name)
    ? (task: FoundTask) => task.done
    : (task: FoundTask) => !task.done;
  return texts(
    findTasks(document.text)
      .filter(wanted)
      .map((task) => task.text)
      .slice(0, 50),
  );
}

function ofFormat(document: Document, name: string, format: string): Found | null {
  if (format === 'email') return textOf(EMAIL.exec(document.text)?.[0]);
  if (format === 'uri' || format === 'url') return textOf(LINK.exec(document.text)?.[0]);
  const found = date(document, name);
  return found !== null && format === 'date-time' ? { text: `${found.text}T00:00:00Z` } : found;
}

/** Front matter first, as it is the document's own word; the file name last. */
function date(document: Document, name: string): Found | null {
  const own = document.fields.find(
    (field) => field.key === name || field.key === 'date' || field.key === 'datum',
  );
  const specific = /due|deadline|until|expir|start|begin|end|frist/.test(name);
  const stated =
    own === undefined || (specific && own.key !== name) ? undefined : findDates(own.value)[0]?.iso;
  return textOf(
    stated ?? pickDate(findDates(document.text), name) ?? (specific ? null : dateInName(document.name)),
  );
}

function amount(document: Document): Found | null {
  const found = pickAmount(findAmounts(document.text));
  return found === null ? null : { text: found.text, number: found.value };
}

function reference(document: Document, name: string): Found | null {
  return (
    writtenField(document, name) ??
    textOf(REFERENCE.exec(titleOf(document))?.[0] ?? REFERENCE.exec(document.text)?.[0])
  );
}

/** A line "Your order: HL-2231" answers a property `order`. */
function writtenField(document: Document, name: string): Found | null {
  const wanted = name.split('_').join(' ');
  if (wanted === '') return null;
  const field =
    document.fields.find((one) => one.key === wanted) ??
    document.fields.find((one) => one.key.split(' ').includes(wanted));
  if (field === undefined) return null;
  const number = Number(field.value.replace(/\s?(%|[\p{L}°/²³]{1,8})$/u, '').replace(',', '.'));
  return {
    text: splitSentences(field.value)[0] ?? field.value,
    ...(Number.isFinite(number) && /^\D?\d/.test(field.value) ? { number } : {}),
  };
}

function textOf(text: string | null | undefined): Found | null {
  return text === null || text === undefined || text === '' ? null : { text };
}

function counted(number: number): Found {
  return { text: String(number), number };
}

function texts(all: readonly (string | null)[]): Found[] {
  return all.flatMap((text) => textOf(text) ?? []);
}
