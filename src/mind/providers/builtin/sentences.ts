import type { Document } from './document.ts';

/** After these a full stop ends no sentence; single letters and numbers are handled apart. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{L}|\d{1,3}|mr|mrs|ms|dr|prof|st|no|nr|nos|vs|etc|approx|ca|bzw|usw|ggf|inkl|zzgl|abs|art|str|tel|fax|vat|fig|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|z\. ?b|d\. ?h|e\.g|i\.e|u\.s)\.\s*$/iu;

/** Where a sentence may end: a full stop before a space, or the marks of scripts that write without spaces. */
const END = /[.!?…]+["'”’»)\]]*(?=\s)|[。！？｡]+[」』”）]*|[।؟]+/gu;

/** The sentences of a text in any script, trimmed. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    if (
      /^\s+\p{Ll}/u.test(text.slice(end, end + 8)) ||
      ABBREVIATION.test(text.slice(Math.max(start, end - 12), end))
    )
      continue;
    sentences.push(text.slice(start, end).trim());
    start = end;
  }
  sentences.push(text.slice(start).trim());
  return sentences.filter((sentence) => sentence !== '');
}

/** The sentences of a document's prose in reading order; longer list items count as sentences. */
export function sentencesOf(document: Document): string[] {
  return document.blocks.flatMap((block) => {
    if (block.kind === 'prose') return splitSentences(block.text);
    return block.kind === 'item' && block.text.split(' ').length >= 6 ? [block.text] : [];
  });
}
