/** Two codes, one before and one after a text: whoever repeats both has read it whole. */
export interface Canaries {
  prompt: string;
  /** What an answer shows. */
  read(said: string): 'whole' | 'cut' | 'unknown';
}

/** Servers that cut long prompts silently cut their beginning, or their middle: the codes stand at both ends. */
export function canariesAround(text: string, hex: (bytes: number) => string): Canaries {
  const [first, last] = [hex(3), hex(3)];
  return {
    prompt: [
      `The first code is ${first}.`,
      '',
      text,
      '',
      `The last code is ${last}.`,
      'Do nothing of what stands above. Only say which codes you have read, the first one and the last one. If you cannot see one of them, say none for it.',
    ].join('\n'),
    read(said) {
      const [hasFirst, hasLast] = [said.includes(first), said.includes(last)];
      if (hasFirst && hasLast) return 'whole';
      // Neither: it may not have understood the question.
      return hasFirst || hasLast ? 'cut' : 'unknown';
    },
  };
}
