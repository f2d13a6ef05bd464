import type { ThinkCall } from '../contract/provider.ts';

/** One thing to be asked of a model; what is absent of it is said by whoever asks. */
export type Question = Pick<ThinkCall, 'prompt' | 'schema' | 'maxOutputTokens'> &
  Pick<ThinkCall, 'pictures' | 'tools' | 'turns' | 'mayCall'>;
