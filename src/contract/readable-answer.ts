/** An answer for somebody who reads it among other things: a text as it is, of a map each key on a line. */
export function readableAnswer(answer: unknown): string {
  if (typeof answer === 'string') return answer.trim();
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return JSON.stringify(answer);
  return Object.entries(answer)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
