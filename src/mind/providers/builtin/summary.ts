import type { Document } from './document.ts';
import { stem, wordsOf } from './phrases.ts';
import { sentencesOf } from './sentences.ts';
import { isStopWord } from './stop-words.ts';

/** Words that announce what matters, and phrases that never do. */
const CUE =
  /\b(decided|agreed|conclu|result|recommend|important|because|therefore|must|deadline|in short|turned out|the reason|beschlossen|vereinbart|ergebnis|empfehl|wichtig|deshalb|daher|müssen|frist|weil)/i;
const BOILERPLATE =
  /\b(thank you|thanks|dear|sincerely|kind regards|cookies?|subscribe|copyright|all rights reserved|newsletter|click here|sehr geehrte|freundlichen grüßen|vielen dank|für rückfragen|do not hesitate)\b/i;

/** Characters that a summary has at most, unless its first sentence alone is longer. */
const SUMMARY_CHARACTERS = 480;

interface Ranked {
  sentence: string;
  index: number;
  words: Set<string>;
  score: number;
}

/** The document's two or three most telling sentences in reading order, or what comes nearest where it has no prose. */
export function summarise(document: Document, atMost = 3): string {
  const best = bestSentences(document, atMost);
  const summary = best.length > 0 ? best.join(' ') : withoutProse(document);
  return summary.charAt(0).toUpperCase() + summary.slice(1);
}

/** The most telling sentences in reading order. */
export function bestSentences(document: Document, atMost: number): string[] {
  const sentences = sentencesOf(document).slice(0, 600);
  const ranked = rank(sentences, document);
  const wanted = Math.min(atMost, sentences.length <= 5 ? 2 : atMost);
  const chosen: Ranked[] = [];
  let characters = 0;
  for (const candidate of ranked) {
    if (chosen.length >= wanted) break;
    if (chosen.length > 0 && characters + candidate.sentence.length > SUMMARY_CHARACTERS) continue;
    if (chosen.some((other) => overlap(other.words, candidate.words) > 0.5)) continue;
    chosen.push(candidate);
    characters += candidate.sentence.length;
  }
  return chosen.sort((a, b) => a.index - b.index).map((one) => one.sentence);
}

/** A sentence is as good as its words are frequent in the whole, early ones and those with a cue a little better. */
function rank(sentences: string[], document: Document): Ranked[] {
  const headings = new Set(
    document.blocks.filter((block) => block.kind === 'heading').flatMap((block) => topicsOf(block.text)),
  );
  const parsed = sentences.map((sentence) => ({
    sentence,
    topics: topicsOf(sentence),
    length: wordsOf(sentence).length,
  }));
  const frequency = new Map<string, number>();
  for (const { topics } of parsed)
    for (const topic of topics) frequency.set(topic, (frequency.get(topic) ?? 0) + 1);
  return parsed
    .map(({ sentence, topics, length }, index): Ranked => {
      const words = new Set(topics);
      let weight = 0;
      for (const word of words)
        weight += Math.log2(1 + (frequency.get(word) ?? 0)) + (headings.has(word) ? 0.8 : 0);
      const topical = weight / Math.sqrt(Math.max(6, length));
      const early = index === 0 ? 0.9 : index < 3 ? 0.35 : 0;
      const cue = CUE.test(sentence) ? 0.5 : 0;
      return { sentence, index, words, score: (topical + early + cue) * fitness(sentence, length) };
    })
    .filter((one) => one.words.size > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
}

function fitness(sentence: string, length: number): number {
  const size = length < 5 ? 0.4 : length < 8 ? 0.8 : length > 45 ? 0.5 : 1;
  const boilerplate = BOILERPLATE.test(sentence) ? 0.25 : 1;
  const question = sentence.endsWith('?') ? 0.5 : 1;
  const leaning = /^(?:this|that|these|it|he|she|they|but|so|dies|das|sie|er|aber|the (?:\w+ )?one)\b/i.test(
    sentence,
  )
    ? 0.85
    : 1;
  return size * boilerplate * question * leaning;
}

function topicsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => word.length > 2 && !isStopWord(word))
    .map(stem);
}

function overlap(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, Math.min(a.size, b.size));
}

/** Logs: how many lines and the first bad ones. Lists and forms: their first entries. */
function withoutProse(document: Document): string {
  const rows = document.blocks.filter((block) => block.kind === 'row').map((block) => block.text);
  const bad = rows.filter((row) =>
    /\b(error|fatal|critical|fehler|warn(?:ing)?|fail(?:ed|ure)?)\b/i.test(row),
  );
  if (bad.length > 0) {
    return `${rows.length} lines, ${bad.length} of them warnings or errors. ${bad.slice(0, 2).map(shorten).join(' ')}`;
  }
  const lines = document.blocks
    .filter((block) => block.kind !== 'heading')
    .map((block) => block.text.replace(/\s+/g, ' '));
  return lines.slice(0, 3).map(shorten).join('; ');
}

function shorten(line: string): string {
  return line.length > 160 ? `${line.slice(0, 159).toWellFormed()}…` : line;
}
