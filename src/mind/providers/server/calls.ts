import { idOf } from '../../../base/ids.ts';
import type { ToolCall } from '../../../contract/provider.ts';
import type { CallPart } from '../protocol.ts';

/** Calls of tools as they come in parts. */
export interface Calls {
  /** Takes parts; returns how many characters they brought. */
  take(parts: readonly CallPart[]): number;
  /** The whole calls, in the order in which they began. */
  all(): ToolCall[];
}

/**
 * Puts calls together by their place, which may be the same for all (ollama/ollama#15457). Without one (lmstudio-bug-tracker #942), a part with another id or with a name
 * begins a new call, and what has neither belongs to the last one (#649). Ids that are missing or empty (#830) are made.
 */
export function createCalls(): Calls {
  const found: { place: number | null; call: ToolCall }[] = [];

  function callOf({ place, id, name }: CallPart): ToolCall {
    const last = found.at(-1);
    const known =
      place === null
        ? last !== undefined && (id === '' || id === last.call.id) && (name === '' || last.call.name === '')
          ? last
          : undefined
        : found.findLast(
            (each) => each.place === place && (id === '' || each.call.id === '' || each.call.id === id),
          );
    if (known !== undefined) return known.call;
    const call = { id: '', name: '', arguments: '' };
    found.push({ place, call });
    return call;
  }

  return {
    take(parts) {
      let length = 0;
      for (const part of parts) {
        const call = callOf(part);
        if (call.id === '') call.id = part.id;
        // Some servers repeat the whole name in every part.
        if (call.name === '') call.name = part.name;
        call.arguments += part.arguments;
        length += part.arguments.length + part.name.length;
      }
      return length;
    },
    all: () =>
      found.map(({ call }, at) => ({ ...call, id: call.id || idOf(String(at), call.name, call.arguments) })),
  };
}
