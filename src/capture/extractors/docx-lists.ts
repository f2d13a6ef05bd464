import { readXml } from './xml.ts';
import type { Member } from './zip.ts';

/** What stands before an item of a list; counts its items as it is asked. */
export type ListMark = (list: string, level: number) => string;

/** Reads how the lists of a Word document are numbered: what is not numbered has bullets. */
export async function readLists(numbering: Member | undefined): Promise<ListMark> {
  const formats = new Map<string, string>();
  const kinds = new Map<string, string>();
  let kind = '';
  let list = '';
  let level = '';
  await readXml(numbering, {
    open(name, attributes) {
      const value = attributes['val'] ?? '';
      if (name === 'abstractNum') kind = attributes['abstractNumId'] ?? '';
      else if (name === 'lvl') level = attributes['ilvl'] ?? '0';
      else if (name === 'numFmt') formats.set(`${kind} ${level}`, value);
      else if (name === 'num') list = attributes['numId'] ?? '';
      else if (name === 'abstractNumId') kinds.set(list, value);
    },
  });
  const counts = new Map<string, number>();
  return (of, at) => {
    for (const key of counts.keys()) {
      const [whose, depth] = key.split(' ');
      // An item further out begins the numbers within it anew.
      if (whose === of && Number(depth) > at) counts.delete(key);
    }
    const format = formats.get(`${kinds.get(of)} ${at}`) ?? 'bullet';
    if (format === 'bullet' || format === 'none') return '- ';
    const count = (counts.get(`${of} ${at}`) ?? 0) + 1;
    counts.set(`${of} ${at}`, count);
    return `${count}. `;
  };
}
