import type { Clock } from '../base/clock.ts';
import type { Provider, ProviderFailure } from '../contract/provider.ts';

/** How long a trial call may take: as long as loading a model does. */
const TRIAL_MS = 60_000;

/** One real call of one token: what a listing cannot tell, whether calls are answered. Rejects only with the reason of `signal`. */
export async function tryCall(
  provider: Provider,
  model: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProviderFailure | 'ok'> {
  const overdue = new AbortController();
  const ended = new AbortController();
  clock.sleep(TRIAL_MS, ended.signal).then(
    () => overdue.abort(),
    () => undefined, // it ended in time
  );
  const call = {
    model,
    prompt: 'Say: OK',
    document: null,
    documentName: null,
    schema: null,
    maxOutputTokens: 1,
  };
  try {
    for await (const event of provider.think(call, AbortSignal.any([signal, overdue.signal]))) {
      if (event.kind === 'finished') return 'ok';
      if (event.kind === 'failed') return event.failure;
    }
    return { kind: 'cut', message: 'a trial call ended without an end' };
  } catch (error) {
    if (signal.aborted || !overdue.signal.aborted) throw error;
    return { kind: 'timed-out', message: `a trial call was not answered within ${TRIAL_MS / 1000} s` };
  } finally {
    ended.abort();
  }
}
