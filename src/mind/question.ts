import type { ThinkCall } from '../contract/provider.ts';

/** One thing to be asked of a model; what is absent of it is said by whoever asks. */
export type Question = Pick<ThinkCall, 'prompt' | 'schema' | 'maxOutputTokens'> &
  Pick<ThinkCall, 'pictures' | 'tools' | 'turns' | 'mayCall'> & {
    /** What is said to it is no part of the answer: it is shown as what a model thinks before. */
    beside?: true;
  };
