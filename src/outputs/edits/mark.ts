import type { Line } from './lines.ts';

/** Says that a block of a thought's output is there; invisible where Markdown is shown. */
export function markOf(thought: string, position: number): string {
  return `<!-- consciousness ${thought}#${position} -->`;
}

/** The mark of one of an output's insertions: beneath a line (`.`) or under a heading (`:`), from 1. */
export function insertionMark(mark: string, place: 'beneath' | 'under', number: number): string {
  return mark.replace(/ -->$/, `${place === 'beneath' ? '.' : ':'}${number} -->`);
}

/** Whether a line marks what was inserted beneath the line above it, by whichever thought. */
export function isAnswerMark({ text }: Line): boolean {
  return ANSWER_MARK.test(text);
}

const ANSWER_MARK = /^[ \t>]*<!-- consciousness [^ #]+#\d+\.\d+ -->[ \t]*$/;

/** What stands before a mark on its line; null where the line is not this mark's. */
export function marginOf({ text }: Line, mark: string): string | null {
  const at = text.indexOf(mark);
  if (at === -1 || !/^[ \t>]*$/.test(text.slice(0, at)) || !/^[ \t]*$/.test(text.slice(at + mark.length)))
    return null;
  return text.slice(0, at);
}

/** A text of a model's in which nothing can be taken for a mark. */
export function withoutMarks(text: string): string {
  return text.replace(/<!--([ \t]*)consciousness /g, '<!--$1not consciousness ');
}
