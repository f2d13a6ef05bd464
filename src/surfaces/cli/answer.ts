/** An answer as people read it: text as it is, objects as indented JSON, nothing as an empty text. */
export function answerText(answer: unknown): string {
  if (answer === null || answer === undefined) return '';
  return typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
}
