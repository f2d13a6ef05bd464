import * as z from 'zod';
import { noText } from './byte-text.ts';
import { type Edit, type Edited, impossible, stays, type TakenOut } from './edit.ts';
import { frontOf, headOf, lineEndOf, withYaml } from './front.ts';
import { mergeKeys } from './merge-keys.ts';

/** The planned content of front matter: keys and the values that they get. */
export function frontmatterContent(set: ReadonlyMap<string, unknown>): string {
  return `${JSON.stringify(Object.fromEntries(set), null, 2)}\n`;
}

/** Keys of the front matter, which is made where there is none. The body and the other keys stay as they are. */
export const frontmatter: Edit = {
  apply: (whole, { content, file }) => mergeInto(whole, file, () => setOf(content)),
  undo: (now, { content, file }, former) =>
    takeOutOf(now, former.bytes, (whole) => mergeInto(whole, file, () => setOf(content))),
};

function setOf(content: string): Map<string, unknown> {
  return new Map(Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(content))));
}

/** Names of Markdown files. */
const NOTE = /\.(?:md|markdown|mdown|mkdn?|mdx|qmd|rmd)$/i;

/** `setFor` is asked what to set, given the YAML that is there. */
export function mergeInto(
  whole: Buffer | null,
  file: string,
  setFor: (yaml: string) => ReadonlyMap<string, unknown>,
): Edited {
  if (whole === null) return impossible('it is not there any more');
  const why = noText(whole);
  if (why) return impossible(why);
  const parts = frontOf(whole);
  if (parts.front === null && !NOTE.test(file))
    return impossible(
      'it is no note: front matter is made in Markdown only (.md), and kept where there is some',
    );
  const yaml = utf8(parts.front?.yaml ?? Buffer.alloc(0));
  if (yaml === null) return impossible('its front matter is not UTF-8');
  const lineEnd = lineEndOf(parts);
  const merged = mergeKeys(yaml, setFor(yaml), lineEnd);
  if (merged.kind === 'already') return { kind: 'already', exact: true, note: '' };
  if (merged.kind === 'impossible') return merged;
  return { kind: 'changed', content: withYaml(parts, merged.yaml, lineEnd), note: '' };
}

/** Puts the former front matter back over a body that a person has edited since. */
export function takeOutOf(
  now: Buffer,
  former: Buffer | null | 'unknown',
  again: (whole: Buffer) => Edited,
): TakenOut {
  if (former === 'unknown')
    return stays('what it held before was removed by retention (undo in the configuration)');
  const edited = former && again(former);
  if (former === null || edited?.kind !== 'changed') return stays('it was changed since');
  const [was, put, is] = [frontOf(former), frontOf(edited.content), frontOf(now)];
  if (!headOf(is).equals(headOf(put))) return stays('its front matter was changed since');
  return { kind: 'taken', content: Buffer.concat([headOf(was), is.body]) };
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
