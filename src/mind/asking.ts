import type { Clock } from '../base/clock.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Provider, ThinkCall } from '../contract/provider.ts';
import { type CallOutcome, listen } from './call.ts';
import { NO_BLAME, notAsked, type Said } from './fault.ts';
import type { HealthMonitor } from './health.ts';
import type { EnterCall } from './lane.ts';
import { RANK } from './places.ts';
import type { Question } from './question.ts';
import { heldReason } from './route.ts';

/** What came of a call, or why it was not made. */
export type Around = { kind: 'made'; said: CallOutcome } | { kind: 'unmade'; said: Said };

export interface Asking {
  provider: Provider;
  /** The rest of every call. */
  call: Pick<ThinkCall, 'model' | 'document' | 'documentName' | 'temperature'>;
  thought: string;
  clock: Clock;
  health: HealthMonitor;
  /** Waits for a slot of the provider. */
  enterCall: EnterCall;
  /** A person waits for the answer. */
  isRequest: boolean;
  /** What has to be settled before and after a call that is about to be made; it may keep it from being made. */
  around?(question: Question, make: () => Promise<CallOutcome>): Promise<Around>;
  onToken(text: string, reasoning: boolean): void;
  signal: AbortSignal;
}

/** Puts one question to a provider, in its turn and in one of its places; whose fault a failure was is found out. */
export function askIn({
  provider,
  thought,
  health,
  ...asking
}: Asking): (question: Question) => Promise<Said> {
  const { call, clock, signal } = asking;
  const ask = async ({ beside, ...question }: Question): Promise<Said> => {
    const onToken: Asking['onToken'] = (text, reasoning) =>
      asking.onToken(text, reasoning || beside === true);
    const leave = await asking.enterCall(signal, asking.isRequest ? RANK.request : RANK.usual);
    try {
      await health.settled(provider.name, signal);
      // It may have gone away while this thought was made ready for it.
      const why = heldReason(health.health(provider.name), provider.name, call.model);
      if (why !== null) return notAsked(why);
      failpoint('model:asked');
      const make = () => listen(provider, { ...call, ...question }, clock, onToken, signal);
      const came = await (asking.around ?? always)(question, make);
      if (came.kind === 'unmade') return came.said;
      const { said } = came;
      if (said.failure === null) return { ...said, blame: NO_BLAME };
      const whose = { thought, model: call.model };
      const blame = health.blame(provider.name, said.failure, whose, signal);
      leave();
      return { ...said, blame: await blame };
    } finally {
      failpoint('model:answered');
      leave();
    }
  };
  return (question) => health.inTurn(provider.name, thought, () => ask(question));
}

async function always(_question: Question, make: () => Promise<CallOutcome>): Promise<Around> {
  return { kind: 'made', said: await make() };
}
