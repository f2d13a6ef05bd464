import type { Provider } from '../../src/contract/provider.ts';
import { createAnthropicProvider } from '../../src/mind/providers/anthropic.ts';
import { type Script, type ServerMore, serverOptions, stream } from './scripted-server.ts';

/** A provider for Claude's API at a URL. */
export function claude(url: string, more: ServerMore = {}): Provider {
  return createAnthropicProvider(serverOptions(url, { name: 'claude', model: 'claude-sonnet-5', ...more }));
}

/** One event of a streamed message, as the API frames it. */
export function event(type: string, more: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

export function begun(usage: object = { input_tokens: 7, output_tokens: 1 }): string {
  const message = { type: 'message', role: 'assistant', content: [], model: 'claude-served', usage };
  return event('message_start', { message });
}

export function block(index: number, content_block: object): string {
  return event('content_block_start', { index, content_block });
}

export function delta(index: number, change: object): string {
  return event('content_block_delta', { index, delta: change });
}

export function words(text: string): string {
  return delta(0, { type: 'text_delta', text });
}

export function ended(stop_reason = 'end_turn', output_tokens = 3): string {
  const change = { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } };
  return event('message_delta', change) + event('message_stop');
}

export const ping = event('ping');

/** An answer that says hello. */
export const HELLO: Script = stream(begun(), block(0, { type: 'text', text: '' }), words('Hello'), ended());
