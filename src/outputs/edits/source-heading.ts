import path from 'node:path';

/** The heading that tasks of a file are collected under: its name, as a link that works from the list. Path texts. */
export function sourceHeading(source: string, list: string): string {
  const name = source.slice(source.lastIndexOf('/') + 1);
  const way = path.posix.relative(path.posix.dirname(list), source);
  const link = way
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()).replace(/[()]/g, escaped))
    .join('/');
  return `## [${name.replace(/[[\]\\]/g, '\\$&')}](${link})`;
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
