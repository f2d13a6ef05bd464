import type { ToolCall } from '../../contract/provider.ts';

/** What some models write instead of calling (lmstudio-bug-tracker #2224): Hermes' and Qwen's tags, Mistral's marker. */
const WRITTEN = [
  /<tool_call>\s*([\s\S]*?)\s*(?:<\/tool_call>|$)/gi,
  /\[TOOL_CALLS\]\s*(\[[\s\S]*\]|\{[\s\S]*\})/gi,
  /<\|python_tag\|>\s*(\{[\s\S]*\})/gi,
];

/** The calls that stand in a text, of tools that were offered. `step`: which answer of the run it is. */
export function callsInText(text: string, offered: readonly string[], step: number): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const pattern of WRITTEN) {
    for (const [, body] of text.matchAll(pattern)) {
      for (const call of callsIn(body ?? '')) {
        if (offered.includes(call.name)) calls.push({ ...call, id: `written_${step}_${calls.length}` });
      }
    }
  }
  return calls;
}

function callsIn(json: string): { name: string; arguments: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [];
  }
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((each) => {
    if (typeof each !== 'object' || each === null || !('name' in each) || typeof each.name !== 'string')
      return [];
    const given = 'arguments' in each ? each.arguments : 'parameters' in each ? each.parameters : {};
    return [{ name: each.name, arguments: typeof given === 'string' ? given : JSON.stringify(given) }];
  });
}
