import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Store } from './store.ts';

/** How long to wait before a change that the disk did not take is tried again. */
const RETRY_MS = 1000;

export interface PatientOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Told when writing stops being possible (the reason) and when it is possible again (null). */
  onTrouble(reason: string | null): void;
}

/**
 * A store whose writes wait until the disk takes them: a full or read-only disk is a hold, so intake and
 * work pause where they are and go on by themselves. Rejects when `signal` aborts meanwhile.
 */
export function patientStore(store: Store, options: PatientOptions): Store {
  let troubled = false;
  const tell = (reason: string | null) => {
    if (reason === null && !troubled) return;
    troubled = reason !== null;
    options.onTrouble(reason);
  };
  return {
    ...store,
    async write(name, input) {
      for (;;) {
        // What was asked for before the end must not be taken after it, as the next of several changes.
        options.signal.throwIfAborted();
        try {
          const output = await store.write(name, input);
          tell(null);
          return output;
        } catch (error) {
          if (!(error instanceof CodedError) || error.code !== 'store-unavailable') throw error;
          tell(error.message);
          await options.clock.sleep(RETRY_MS, options.signal);
        }
      }
    },
  };
}
