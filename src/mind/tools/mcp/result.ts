import type { CallToolResult } from '@modelcontextprotocol/client';
import { canonicalJson } from '../../../base/canonical-json.ts';

/** The text of a result: its text parts, and the names of the other ones. */
export function textOf({ content, structuredContent }: CallToolResult, limit: number): string {
  if (content.length === 0 && structuredContent !== undefined)
    return capped(canonicalJson(structuredContent), limit);
  const parts = content.map((part) =>
    part.type === 'text' ? part.text : `(${part.type.replaceAll('_', ' ')} left out)`,
  );
  return capped(parts.join('\n'), limit);
}

function capped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1));
  const end = splitsPair ? limit - 1 : limit;
  return `${text.slice(0, end)}\n(cut here: ${text.length - end} more characters)`;
}
