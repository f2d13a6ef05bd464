/** More objects and arrays than this in one answer are not looked at. */
const CANDIDATE_LIMIT = 20;

/**
 * The texts that may be the JSON somebody asked for, best first: the whole, what a code fence holds, then every
 * outermost balanced object or array. Models put prose before, after and around what they were asked for.
 */
export function* jsonCandidates(text: string): Generator<string> {
  const whole = text.trim();
  if (whole === '') return;
  yield whole;
  for (const fence of whole.matchAll(/```[a-z]*[ \t]*\n?([\s\S]*?)```/gi)) yield (fence[1] ?? '').trim();
  let count = 0;
  for (let at = 0; at < whole.length && count < CANDIDATE_LIMIT; at += 1) {
    if (!opensJson(whole, at)) continue;
    count += 1;
    const end = balancedEnd(whole, at);
    // Cut off. What is whole inside it may satisfy a lax schema and is still not the answer.
    if (end === -1) return;
    yield whole.slice(at, end);
    at = end - 1;
  }
}

/** Whether a bracket in prose may begin JSON: `{"`, `{}`, or `[` before any value. */
function opensJson(text: string, at: number): boolean {
  const char = text[at];
  if (char !== '{' && char !== '[') return false;
  let next = at + 1;
  while (next < text.length && ' \t\r\n'.includes(text[next] ?? '-')) next += 1;
  return (char === '{' ? '"}' : '"{[]-0123456789tfn').includes(text[next] ?? '-');
}

/** Past the bracket that closes the one at `start`, or -1; brackets within strings do not count. */
function balancedEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
