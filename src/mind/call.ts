import type { Clock } from '../base/clock.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Provider, ProviderFailure, ThinkCall, ToolCall } from '../contract/provider.ts';
import type { CallReport } from '../store/operations/record.ts';
import { createLoopWatch } from './repetition.ts';

export interface CallOutcome {
  text: string;
  reasoning: string;
  /** Tools that it asks for. */
  calls: readonly ToolCall[];
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
  const calls: ToolCall[] = [];
  let firstTokenMs: number | null = null;
  const reportOf = (more: Partial<CallReport>): CallReport => ({
    model: call.model,
    firstTokenMs,
    totalMs: elapsed(),
    inputTokens: null,
    outputTokens: null,
    raw: text === '' && reasoning === '' && calls.length === 0 ? null : rawOf(text, reasoning, calls),
    ...more,
  });
  const outcomeOf = (failure: ProviderFailure | null, cutOff: boolean, more: Partial<CallReport> = {}) => ({
    text,
    reasoning,
    calls,
    cutOff,
    failure,
    report: reportOf(more),
  });
  const watches = { text: createLoopWatch(call.prompt), reasoning: createLoopWatch(call.prompt) };
  for await (const event of provider.think(call, signal)) {
    switch (event.kind) {
      case 'text':
      case 'reasoning': {
        if (firstTokenMs === null) failpoint('model:first-token');
        firstTokenMs ??= elapsed();
        if (event.kind === 'text') text += event.text;
        else reasoning += event.text;
        onToken(event.text, event.kind === 'reasoning');
        const loop = watches[event.kind].heard(event.text);
        // Leaving the loop closes the connection, and the server's slot is free.
        if (loop !== null) return outcomeOf({ kind: 'looping', message: loop }, false);
        break;
      }
      case 'called':
        firstTokenMs ??= elapsed();
        calls.push(event.call);
        break;
      case 'finished':
        return outcomeOf(stopped(event.finish), event.finish === 'length', {
          model: event.model,
          ...event.usage,
        });
      case 'failed':
        return outcomeOf(event.failure, false);
      default:
        event satisfies never;
    }
  }
  signal.throwIfAborted();
  return outcomeOf({ kind: 'cut', message: 'the answer ended without an end' }, false);
}

/** Half an answer is none: why it was ended where that was no end; null where it was one. */
function stopped(finish: string): ProviderFailure | null {
  if (/^(content_filter|refusal|safety|recitation|blocklist)$/i.test(finish))
    return { kind: 'refused', message: `the model, or a filter before it, ended the answer (${finish})` };
  if (/^(abort|aborted|error|cancelled|canceled|unload)$/i.test(finish))
    return { kind: 'cut', message: `the server ended the answer in the middle (${finish})` };
  return null;
}

/** What is kept of a model's words; its reasoning is marked, since it is never an answer. */
function rawOf(text: string, reasoning: string, calls: readonly ToolCall[]): string {
  const thinking = reasoning === '' ? '' : `<reasoning>\n${reasoning}\n</reasoning>\n`;
  const called = calls.map((call) => `\n[calls ${call.name} ${call.arguments}]`).join('');
  return `${thinking}${text}${called}`;
}
