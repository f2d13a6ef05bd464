import { CodedError, EXIT } from '../../base/errors.ts';
import { createGate } from '../../base/gate.ts';

/** Costly questions that are answered at once: the daemon asks the same database, and waits behind them. */
const AT_ONCE = 2;
/** Costly questions of one caller, those that wait with them; more are refused. */
const MOST_EACH = 64;

/** Costly questions take turns, so that nobody who only asks keeps the daemon from its work. */
export interface Turns {
  /** Answers in turn; throws `too-busy` where this caller asks too much at once, and the signal's reason. */
  run<Answer>(caller: string, signal: AbortSignal, answer: () => Promise<Answer>): Promise<Answer>;
}

export function createTurns(): Turns {
  const gate = createGate(AT_ONCE);
  const asking = new Map<string, number>();
  return {
    async run(caller, signal, answer) {
      const before = asking.get(caller) ?? 0;
      if (before >= MOST_EACH) {
        throw new CodedError('too-busy', 'too many costly questions are being answered to you', {
          value: before,
          allowed: `at most ${MOST_EACH} at once`,
          next: 'ask again once some of them are answered',
          retryable: true,
          exitCode: EXIT.unavailable,
        });
      }
      asking.set(caller, before + 1);
      try {
        const leave = await gate.enter(signal);
        try {
          return await answer();
        } finally {
          leave();
        }
      } finally {
        const after = (asking.get(caller) ?? 1) - 1;
        if (after === 0) asking.delete(caller);
        else asking.set(caller, after);
      }
    },
  };
}
