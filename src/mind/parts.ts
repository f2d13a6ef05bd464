import { sha256 } from '../base/ids.ts';
import type { ProviderFailure } from '../contract/provider.ts';
import { fenceDocument } from './prompt.ts';

/** Where what was made of parts is kept while the whole is not done. */
export interface PartStore {
  known(): Promise<ReadonlyMap<string, string>>;
  keep(key: string, text: string): Promise<void>;
}

/** What came of one part: its notes, or what ended the reading. */
export type PartRead<Failed> =
  | { kind: 'notes'; text: string }
  | { kind: 'ended'; ended: Failed; failure: ProviderFailure };

export interface PartReading<Failed> {
  /** Sanitised text of the document. */
  text: string;
  /** What the rule asks, without the document: what is looked for in each part. */
  question: string;
  /** The rule's version: notes for another one may leave out what this one asks for. */
  version: string;
  /** Characters that a part may have, and all notes together. */
  partLength: number;
  /** Random, of this call. */
  fenceId: string;
  /** `provider/model`, of which the notes are. */
  model: string;
  store: PartStore;
  read(prompt: string): Promise<PartRead<Failed>>;
}

/** Under which the length of the parts is kept beside them. */
const CUT = 'cut';

/** Rounds of notes about notes: each makes the text several times shorter. */
const MOST_ROUNDS = 4;

/**
 * A document that is too long for the model, read part by part: notes are taken of each, and of the notes again where
 * these are too long. Parts that were read before, by this model under this question, are not read again.
 */
export async function readInParts<Failed>(
  reading: PartReading<Failed>,
): Promise<PartRead<Failed> | { kind: 'still-too-long' }> {
  const known = await reading.store.known();
  // Where it was cut before, so that what was read then is known again: guesses of tokens change with every call.
  const before = Number(known.get(CUT));
  const length = before > 0 && before <= reading.partLength ? before : reading.partLength;
  if (length !== before) await reading.store.keep(CUT, String(length));
  let text = reading.text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const parts = split(text, length);
    const notes: string[] = [];
    for (const [at, part] of parts.entries()) {
      const key = sha256(JSON.stringify([reading.model, reading.version, part]));
      let note = known.get(key);
      if (note === undefined) {
        const came = await reading.read(promptFor(part, at, parts.length, reading));
        if (came.kind === 'ended') return came;
        note = came.text;
        await reading.store.keep(key, note);
      }
      notes.push(`[part ${at + 1} of ${parts.length}]\n${shortened(note.trim(), length / SHORTER)}`);
    }
    text = notes.join('\n\n');
    if (text.length <= reading.partLength) return { kind: 'notes', text };
  }
  return { kind: 'still-too-long' };
}

function promptFor<Failed>(
  part: string,
  at: number,
  of: number,
  { question, fenceId }: PartReading<Failed>,
): string {
  return [
    `This is part ${at + 1} of ${of} of a document that is too long to be read at once.`,
    'Write down, in a few short notes of at most a hundred words, everything in this part that is needed for the task below: names, dates, amounts, facts, headings. Do not do the task yet, and add nothing that is not there.',
    '',
    fenceDocument(part, fenceId),
    '',
    'The task for which the notes are:',
    question,
  ].join('\n');
}

/** Notes must be shorter than what they are about, else there is no end: a model that rambles is cut. */
const SHORTER = 3;

function shortened(note: string, most: number): string {
  return note.length <= most ? note : `${split(note, Math.floor(most))[0] ?? ''} […]`;
}

/** Cuts a text where paragraphs, lines, sentences or words end, in this order; no part is longer than `length`. */
export function split(text: string, length: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const end = cutIn(rest.slice(0, length), length);
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  if (rest.trim() !== '') parts.push(rest);
  return parts;
}

function cutIn(window: string, length: number): number {
  for (const mark of ['\n\n', '\n', '. ', ' ']) {
    const at = window.lastIndexOf(mark);
    // A mark in the first half would make parts that are hardly worth a call.
    if (at >= length / 2) return at + mark.length;
  }
  const last = window.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return isHalf && length > 1 ? length - 1 : length;
}
