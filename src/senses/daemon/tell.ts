import type { Happening } from '../../contract/happening.ts';
import { readableAnswer } from '../../contract/readable-answer.ts';
import type { DaemonEvent } from '../../contract/rule-on.ts';
import type { ProviderChange } from './providers.ts';

/** A thought that has ended, as it is journaled. */
export interface EndedThought {
  /** Of its event in the journal. */
  dedup: string;
  kind: DaemonEvent;
  at: number;
  thought: string;
  rule: string;
  subject: string;
  /** Why it was given up; empty where it is done. */
  reason: string;
  content: string;
  /** Null where it has none. */
  answer: unknown;
  /** It was itself a thought of a rule on the daemon. */
  ofDaemon: boolean;
}

/** A provider's budget of the day is used up. */
export interface SpentBudget {
  provider: string;
  /** Epoch ms. */
  until: number;
  reason: string;
}

/** Of an answer, so many characters are told. */
const MOST_CHARACTERS = 4000;

export function providerHappening({ name, state, since, reason }: ProviderChange, at: number): Happening {
  const when = new Date(since).toISOString();
  return {
    dedup: `provider:${name}#${state}#${since}`,
    sense: 'daemon',
    subject: `provider:${name}`,
    kind: `provider.${state}`,
    at,
    data: { provider: name, ...(state === 'down' ? { reason } : {}) },
    text:
      state === 'down'
        ? `The provider ${name} is down since ${when}: ${reason}`
        : `The provider ${name} is up again since ${when}.`,
  };
}

export function budgetHappening({ provider, until, reason }: SpentBudget, at: number): Happening {
  return {
    dedup: `budget:${provider}#${until}`,
    sense: 'daemon',
    subject: `budget:${provider}`,
    kind: 'budget.spent',
    at,
    data: { provider, reason },
    text: `Nothing more is sent to ${provider} until ${new Date(until).toISOString()}: ${reason}`,
  };
}

export function diskHappening(folder: string, reason: string, at: number): Happening {
  return {
    dedup: `disk:${folder}#low#${at}`,
    sense: 'daemon',
    subject: `disk:${folder}`,
    kind: 'disk.low',
    at,
    data: { reason },
    text: `Disk low: ${reason}.`,
  };
}

/** It is in the journal already: its event was committed with the end of the thought. */
export function endedHappening(ended: EndedThought): Happening {
  const { dedup, kind, at, thought, rule, subject, reason, content, answer } = ended;
  const what = `The thought ${thought} of the rule ${rule}, about ${subject}`;
  const words =
    kind === 'thought.dead'
      ? [`${what}, was given up: ${reason}`, content]
      : [`${what}, is done.`, answer === null ? content : readableAnswer(answer).slice(0, MOST_CHARACTERS)];
  return {
    dedup,
    journaled: true,
    sense: 'daemon',
    subject: `thought:${thought}`,
    kind,
    at,
    data: { kind, thought, rule, ...(reason === '' ? {} : { reason }) },
    text: words
      .filter((each) => each !== '')
      .join('\n\n')
      .toWellFormed(),
  };
}
