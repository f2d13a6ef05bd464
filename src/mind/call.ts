import type { Clock } from '../base/clock.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Provider, ProviderFailure, ThinkCall } from '../contract/provider.ts';
import type { CallReport } from '../store/operations/record.ts';

export interface CallOutcome {
  text: string;
  reasoning: string;
  report: CallReport;
  /** It ended at the token limit. */
  cutOff: boolean;
  /** Null where the model finished. */
  failure: ProviderFailure | null;
}

/** Listens to one call until it ends; `onToken` hears the words as they come. */
export async function listen(
  provider: Provider,
  call: ThinkCall,
  clock: Clock,
  onToken: (text: string, reasoning: boolean) => void,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const startedAt = clock.monotonic();
  const elapsed = () => Math.round(clock.monotonic() - startedAt);
  let text = '';
  let reasoning = '';
  let firstTokenMs: number | null = null;
  const reportOf = (more: Partial<CallReport>): CallReport => ({
    model: call.model,
    firstTokenMs,
    totalMs: elapsed(),
    inputTokens: null,
    outputTokens: null,
    raw: text === '' && reasoning === '' ? null : rawOf(text, reasoning),
    ...more,
  });
  for await (const event of provider.think(call, signal)) {
    switch (event.kind) {
      case 'text':
      case 'reasoning':
        if (firstTokenMs === null) failpoint('model:first-token');
        firstTokenMs ??= elapsed();
        if (event.kind === 'text') text += event.text;
        else reasoning += event.text;
        onToken(event.text, event.kind === 'reasoning');
        break;
      case 'finished':
        return {
          text,
          reasoning,
          cutOff: event.finish === 'length',
          failure: null,
          report: reportOf({ model: event.model, ...event.usage }),
        };
      case 'failed':
        return { text, reasoning, cutOff: false, failure: event.failure, report: reportOf({}) };
      default:
        event satisfies never;
    }
  }
  signal.throwIfAborted();
  return {
    text,
    reasoning,
    cutOff: false,
    failure: { kind: 'cut', message: 'the answer ended without an end' },
    report: reportOf({}),
  };
}

/** What is kept of a model's words; its reasoning is marked, since it is never an answer. */
function rawOf(text: string, reasoning: string): string {
  return reasoning === '' ? text : `<reasoning>\n${reasoning}\n</reasoning>\n${text}`;
}
