/** So much of a text tells what it is about. */
const LINES = 6;
/** With those that are empty. */
const MOST_LINES = 9;
const CHARACTERS = 480;

/** How a text begins, for who has not asked for all of it; the whole text where it has hardly more. */
export function beginningOf(text: string): string {
  const lines = text.slice(0, CHARACTERS).split('\n', MOST_LINES);
  let told = 0;
  const last = lines.findIndex((line) => {
    if (line.trim() !== '') told += 1;
    return told === LINES;
  });
  const begun = last === -1 ? lines : lines.slice(0, last + 1);
  // No character is cut in two.
  const begins = begun
    .join('\n')
    .trimEnd()
    .replace(/[\ud800-\udbff]$/, '');
  return text.slice(begins.length).trim() === '' ? text : begins;
}
