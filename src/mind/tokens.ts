/**
 * How many tokens a text has, guessed: by the kind of its characters, then by what the model's own counts have shown.
 * Latin text has some 4 characters a token, digits and punctuation fewer, CJK and most other scripts about one.
 */
export interface TokenCounter {
  /** At most so many, with a margin that shrinks as counts come in. */
  atMost(text: string, model: string): number;
  /** At least so many: fewer, counted by a server, mean that it has not read everything. */
  atLeast(text: string, model: string): number;
  /** A server has counted. */
  learn(text: string, model: string, counted: number): void;
}

/** Before anything is known of a model's tokenizer. */
const MARGIN_UNKNOWN = 1.3;
/** Once its counts have come in; documents differ. */
const MARGIN_KNOWN = 1.12;
/** Counts that it takes to know it. */
const KNOWN_AFTER = 5;
/** What the newest count weighs. */
const WEIGHT = 0.2;
/** Shorter texts say more about the server's template than about its tokenizer. */
const LEARN_FROM = 400;
/** Tokenizers differ by so much at most: a model of 512 tokens needs three times as many as one of 150,000. */
const LOWEST = 0.5;
const HIGHEST = 4;

export function createTokenCounter(): TokenCounter {
  const seen = new Map<string, { ratio: number; counts: number }>();
  const ratioOf = (model: string) => seen.get(model)?.ratio ?? 1;
  return {
    atMost(text, model) {
      const margin = (seen.get(model)?.counts ?? 0) >= KNOWN_AFTER ? MARGIN_KNOWN : MARGIN_UNKNOWN;
      return Math.ceil(guess(text) * ratioOf(model) * margin) + TEMPLATE_TOKENS;
    },
    atLeast: (text, model) =>
      Math.floor((guess(text.replaceAll(RUN, '$1')) * Math.min(1, ratioOf(model))) / 2.2),
    learn(text, model, counted) {
      const guessed = guess(text);
      if (guessed < LEARN_FROM || counted <= 0) return;
      const ratio = Math.min(HIGHEST, Math.max(LOWEST, counted / guessed));
      const before = seen.get(model);
      seen.set(model, {
        ratio: before === undefined ? ratio : before.ratio + (ratio - before.ratio) * WEIGHT,
        counts: (before?.counts ?? 0) + 1,
      });
    },
  };
}

/** Rules, rows of dashes and the like: tokenizers have single tokens for them. */
const RUN = /(.{1,3}?)\1{3,}/gs;

/** What a chat template adds to a prompt. */
const TEMPLATE_TOKENS = 32;

/** Tokens of a typical tokenizer of 100,000 and more. */
function guess(text: string): number {
  let letters = 0;
  let others = 0;
  let wide = 0;
  let spaces = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 10 || code === 9 || code === 13) spaces += 1;
    else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) letters += 1;
    else if (code < 128) others += 1;
    // Latin with accents, Greek and Cyrillic: between both.
    else if (code < 0x0530) others += 1;
    else wide += 1;
  }
  return letters / 4.3 + others / 2 + wide * 1.1 + spaces / 12;
}
