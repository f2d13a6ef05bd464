import * as z from 'zod';
import { type Edit, impossible, type Task } from './edit.ts';
import { mergeInto, takeOutOf } from './frontmatter.ts';
import { read } from './merge-keys.ts';

const tags = z.array(z.string());

/** The planned content of tags. */
export function tagContent(list: readonly string[]): string {
  return `${JSON.stringify(list)}\n`;
}

/** Adds tags to those of the front matter, in the way that they are written there. None is ever taken out. */
export const tag: Edit = {
  apply: addTags,
  undo: (now, task, former) => takeOutOf(now, former.bytes, (whole) => addTags(whole, task)),
};

function addTags(whole: Buffer | null, { content, file }: Task) {
  const wanted = tags.parse(JSON.parse(content)).map(tidy);
  let isOdd = false;
  const edited = mergeInto(whole, file, (yaml) => {
    const front = read(yaml);
    if (!front.ok) return new Map();
    const value = union(front.values.get('tags') ?? null, wanted);
    isOdd = value === undefined;
    return value === undefined || value === null ? new Map() : new Map([['tags', value]]);
  });
  return isOdd ? impossible('the tags of its front matter are neither a list nor a text') : edited;
}

/** The tags that are there, and the new ones behind them; null = there is none to add; undefined = it is no list of tags. */
function union(there: unknown, wanted: readonly string[]): unknown {
  const list =
    typeof there === 'string' ? there.split(/[\s,]+/).filter((each) => each !== '') : (there ?? []);
  if (!Array.isArray(list)) return undefined;
  const known = new Set(list.map((each) => keyOf(String(each))));
  const added = wanted.filter((each) => {
    const isNew = each !== '' && !known.has(keyOf(each));
    known.add(keyOf(each));
    return isNew;
  });
  if (added.length === 0) return null;
  if (typeof there !== 'string') return [...list, ...added];
  const words = added.map((each) => each.replace(/[\s,]+/g, '-'));
  const isSpaced = list.length > 1 && !there.includes(',');
  return list.length === 0 ? words.join(', ') : [there.trimEnd(), ...words].join(isSpaced ? ' ' : ', ');
}

/** Without the sign that marks a tag in running text. */
function tidy(tag: string): string {
  return tag.replace(/\s+/g, ' ').trim().replace(/^#+/, '');
}

/** A list written as one text has `two-words` where another has `two words`. */
function keyOf(tag: string): string {
  return tidy(tag)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s,]+/g, '-');
}
