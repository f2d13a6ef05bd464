/** Whether a prompt has room in a model's context, with the answer it is to be given. */
export interface FitQuestion {
  /** Tokens of the whole prompt at most, pictures included. */
  prompt: number;
  /** Tokens of the prompt without the document's text. */
  frame: number;
  /** Tokens of context; null = unknown. */
  context: number | null;
  /** The rule's own limit of the answer; null = none. */
  maxOutputTokens: number | null;
}

export type Fit =
  /** `output`: tokens that the answer may have; `left`: what the prompt leaves of the context, null where that is unknown. */
  | { kind: 'fits'; output: number; left: number | null }
  /** The document must be read in parts of at most so many tokens. */
  | { kind: 'parts'; part: number; output: number }
  | { kind: 'too-long'; needs: number };

/** Tokens of an answer where a rule sets no limit: an answer without an end ends here. */
export const OUTPUT_TOKENS = 8192;
/** What an answer must have room for where a rule sets no limit; a quarter of the context where that is less. */
const LEAST_OUTPUT = 800;
/** Tokens of the notes about one part, what a model thinks before it writes them included. */
export const NOTES_TOKENS = 1200;
/** Parts smaller than this are not worth a call. */
const LEAST_PART = 200;

/** Budgets the loaded context: the prompt as it is, in parts, or not at all. Pure. */
export function fit({ prompt, frame, context, maxOutputTokens }: FitQuestion): Fit {
  if (context === null) return { kind: 'fits', output: maxOutputTokens ?? OUTPUT_TOKENS, left: null };
  const least = maxOutputTokens ?? Math.min(LEAST_OUTPUT, Math.floor(context / 4));
  if (prompt + least <= context)
    return {
      kind: 'fits',
      output: maxOutputTokens ?? Math.min(OUTPUT_TOKENS, context - prompt),
      left: context - prompt,
    };
  // A part has room beside its notes, and all notes beside the answer.
  const notes = Math.min(NOTES_TOKENS, Math.floor(context / 3));
  const part = context - frame - Math.max(least, notes);
  if (part < LEAST_PART) return { kind: 'too-long', needs: prompt + least };
  return { kind: 'parts', part, output: least };
}
