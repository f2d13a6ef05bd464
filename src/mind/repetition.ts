/** Notices a model that says the same thing over and over, which small ones do until somebody stops them. */
export interface LoopWatch {
  /** What it said next; why it is taken for a loop, null where it is not. */
  heard(text: string): string | null;
}

/**
 * How much of the end is looked at, and the longest period in it that is a loop: short ones must fill 1,500 characters
 * at least six times, long ones 6,000 at least four times. Tables, lists and code repeat themselves less exactly.
 */
const WINDOWS = [
  { length: 1500, period: 250 },
  { length: 6000, period: 1500 },
] as const;

/** So much of it that stands in the prompt is a quotation. */
const QUOTED = 400;

/** Characters between two looks. */
const EVERY = 500;

/** `prompt`: what stands in it may be said again, however often it stands there. */
export function createLoopWatch(prompt: string): LoopWatch {
  let tail = '';
  let since = 0;
  return {
    heard(text) {
      tail = `${tail}${text}`.slice(-6000);
      since += text.length;
      if (since < EVERY) return null;
      since = 0;
      for (const { length, period } of WINDOWS) {
        if (tail.length < length) return null;
        const found = periodOf(tail.slice(-length));
        if (found <= period && !prompt.includes(tail.slice(-QUOTED)))
          return `it repeats itself: the last ${length} characters are the same ${found} over and over (${sample(tail, found)})`;
      }
      return null;
    },
  };
}

/** The shortest period of a text, by the failure function of Knuth, Morris and Pratt (1977); its length where it has none. */
function periodOf(text: string): number {
  const borders = new Uint16Array(text.length);
  let border = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (border > 0 && text[at] !== text[border]) border = borders[border - 1] ?? 0;
    if (text[at] === text[border]) border += 1;
    borders[at] = border;
  }
  return text.length - border;
}

function sample(tail: string, period: number): string {
  return JSON.stringify(tail.slice(-Math.min(period, 40)));
}
