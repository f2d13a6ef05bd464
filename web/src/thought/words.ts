import type { StreamEvent } from '../../../src/contract/live-event.ts';

/** What a running attempt has said so far. */
export interface Words {
  text: string;
  /** What it thought aloud before it answered; servers tell it apart. */
  reasoning: string;
  /** Who speaks: `provider/model`; empty where that was not told. */
  model: string;
  /** Why it is not being thought; empty where it is. */
  held: string;
}

export const NO_WORDS: Words = { text: '', reasoning: '', model: '', held: '' };

/** More is not shown while it runs: the whole of it comes with the attempt. */
const MOST = 40_000;

/** The words after something was told of the thought. A new attempt begins with none. */
export function withEvent(words: Words, event: StreamEvent): Words {
  switch (event.type) {
    case 'thought':
      return { ...words, text: event.text };
    case 'sent':
      return { ...NO_WORDS, model: `${event.provider}/${event.model}` };
    case 'held':
      return { ...words, held: event.reason };
    case 'token':
      return event.reasoning
        ? { ...words, held: '', reasoning: (words.reasoning + event.text).slice(-MOST) }
        : { ...words, held: '', text: (words.text + event.text).slice(-MOST) };
    case 'state':
      return event.state === 'running' ? words : { ...NO_WORDS, held: words.held };
    case 'end':
    case 'output':
      return words;
    default:
      return event satisfies never;
  }
}
