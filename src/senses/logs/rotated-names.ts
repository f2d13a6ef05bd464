/** The endings that people and tools give to what was rotated away: `.1`, `-20261126`, `.2026-11-26`, `.old`. */
const MARK = String.raw`(?:[._-]\d[\dT.:_-]*|\.old|\.prev)`;

/** So many digits in the name that a link points to are a date or a running number: `app.2026-11-26.log`. */
const DATED = /\d{4,}/;

/**
 * Tells the names that a log's rotated files have, beside a log of this name: `app.log.1`, `app.log-20261126`,
 * `app.1.log`. With `dated`, the log's path is a link to this name, and names that differ in their digits alone count
 * too. Compressed files do not: they cannot be read from a place on.
 */
export function rotatedNames(base: string, dated = false): (name: string) => boolean {
  const dot = base.lastIndexOf('.');
  const patterns = [`${literal(base)}${MARK}`];
  if (dot > 0) patterns.push(`${literal(base.slice(0, dot))}${MARK}${literal(base.slice(dot))}`);
  if (dated && DATED.test(base)) patterns.push(base.split(/\d+/).map(literal).join(String.raw`\d+`));
  const regex = new RegExp(`^(?:${patterns.join('|')})$`);
  return (name) => name !== base && regex.test(name);
}

/** What the order of rotated files is told by. */
export interface RotatedFile {
  name: string;
  birth: number;
  mtime: number;
}

/** Oldest first: by birth, then by their last change, then `.2` before `.1`. */
export function byAge(a: RotatedFile, b: RotatedFile): number {
  return a.birth - b.birth || a.mtime - b.mtime || b.name.localeCompare(a.name, 'en', { numeric: true });
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
