/** So much of a text tells what it is about. */
const LINES = 6;
const CHARACTERS = 480;

/** How a text begins, for who has not asked for all of it; the whole text where it has hardly more. */
export function beginningOf(text: string): string {
  let end = -1;
  for (let line = 0; line < LINES; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end === -1) break;
  }
  const cut = Math.min(end === -1 ? text.length : end, CHARACTERS);
  // No character is cut in two.
  const begins = text.slice(0, cut).replace(/[\ud800-\udbff]$/, '');
  return text.slice(begins.length).trim() === '' ? text : begins;
}
