import { withoutInvisible } from '../../base/invisible.ts';

/** The last lines of what a stranger said, in one line fit for a terminal; cut to `most` characters. */
export function lastWords(text: string, most: number, lines = 5): string {
  const said = withoutInvisible(text).trim().split('\n').slice(-lines);
  return oneLine(said.join(' / '), most);
}

/** What a stranger said, in one line fit for a terminal; cut to `most` characters. */
export function oneLine(text: string, most: number): string {
  const line = withoutInvisible(text).replace(/\s+/g, ' ').trim();
  return cutAt(line, most);
}

/** The first `most` characters, ending in … where there are more; no character is halved. */
export function cutAt(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
