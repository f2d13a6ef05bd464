import type { Block, Document } from './document.ts';
import { isStopWord } from './stop-words.ts';

interface Candidate {
  key: string;
  /** As the document writes it most plainly: lower-case where it ever does. */
  shown: string;
  words: string[];
  count: number;
  score: number;
}

/** How much a mention counts by where it stands. */
const WEIGHT = { heading: 3, prose: 1, item: 1, short: 0.6, field: 0.6, row: 0.4 } as const;

/** The most telling phrases of one to three words, best first. */
export function keyPhrases(document: Document, limit: number): string[] {
  const candidates = new Map<string, Candidate>();
  for (const block of document.blocks) {
    const weight = isAddress(block) ? WEIGHT.row : WEIGHT[block.kind];
    for (const run of runsOf(block.text)) mention(run, weight, candidates);
  }
  for (const run of runsOf(document.name.replace(/\.\w{1,5}$/, '').replace(/[_-]/g, ' ')))
    mention(run, 1, candidates);
  const ranked = [...candidates.values()]
    .filter((candidate) => candidate.words.length === 1 || candidate.count > 1)
    .map((candidate) => ({ ...candidate, score: candidate.score * worth(candidate) }))
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
  return pick(ranked, limit);
}

/** A street or a town with its number names where, not what. */
function isAddress(block: Block): boolean {
  return block.kind === 'short' && /\d/.test(block.text);
}

/** Lower-case words of a text, in any script. */
export function wordsOf(text: string): string[] {
  return wordSegments(text).map((segment) => segment.segment.toLowerCase());
}

/** A word without its inflection, as far as a few English and German endings go. */
export function stem(word: string): string {
  if (!/^[a-zäöüß]{5,}$/.test(word)) return word;
  return word.replace(/(?:ies$)/, 'y').replace(/(?<=[^sui])(?:es|s|en|n|e)$/, '');
}

/** Scripts that write no spaces between words; a segmenter for them costs twenty times a regular expression. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u;
const WORD = /[\p{L}\p{N}\p{M}_]+(?:['’.@][\p{L}\p{N}\p{M}_]+)*/gu;

function wordSegments(text: string): { segment: string; index: number }[] {
  if (!UNSPACED.test(text))
    return Array.from(text.matchAll(WORD), (match) => ({ segment: match[0], index: match.index }));
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  return [...segmenter.segment(text)].filter((segment) => segment.isWordLike === true);
}

/** Runs of topic words next to each other. */
function runsOf(text: string): string[][] {
  const runs: string[][] = [[]];
  let end = 0;
  for (const { segment, index } of wordSegments(text)) {
    const adjacent = /^[ -]?$/.test(text.slice(end, index));
    end = index + segment.length;
    if (!isTopic(segment)) runs.push([]);
    else if (adjacent) runs.at(-1)?.push(segment);
    else runs.push([segment]);
  }
  return runs.filter((run) => run.length > 0);
}

function isTopic(word: string): boolean {
  const lower = word.toLowerCase();
  if (isStopWord(lower) || /[\p{N}_.@]/u.test(word)) return false;
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word)
    ? word.length >= 2
    : word.length >= 3;
}

function mention(run: string[], weight: number, candidates: Map<string, Candidate>): void {
  for (let length = 1; length <= 3; length++) {
    for (let start = 0; start + length <= run.length; start++) {
      const words = run.slice(start, start + length);
      const key = words.map((word) => stem(word.toLowerCase())).join(' ');
      const known = candidates.get(key) ?? { key, shown: words.join(' '), words, count: 0, score: 0 };
      if (plainness(words.join(' ')) < plainness(known.shown)) known.shown = words.join(' ');
      known.count++;
      known.score += weight;
      candidates.set(key, known);
    }
  }
}

/** Prefers "anemometer" to "Anemometers" as the word that is shown. */
function plainness(shown: string): number {
  return shown.length + (/^\p{Ll}/u.test(shown) ? 0 : 0.5);
}

/** Longer words and names tell more; verbs and adverbs less. Phrases that recur beat their single words. */
function worth({ shown, words, count }: Candidate): number {
  const length = Math.min(1.3, 0.5 + [...shown].length / 12);
  const inflected = words.length === 1 && /(?:ly|ed|ing)$/.test(shown) ? 0.45 : 1;
  const name = words.every((word) => /^\p{Lu}/u.test(word)) ? 1.15 : 1;
  const phrase = words.length === 1 ? 1 : count > 1 ? 1.5 : 1;
  return length * inflected * name * phrase;
}

/** Best first, without saying the same word twice. */
function pick(ranked: Candidate[], limit: number): string[] {
  const taken = new Set<string>();
  const picked: string[] = [];
  for (const candidate of ranked) {
    if (picked.length >= limit) break;
    const stems = candidate.key.split(' ');
    if (stems.some((part) => taken.has(part))) continue;
    for (const part of stems) taken.add(part);
    picked.push(candidate.shown);
  }
  return picked;
}
