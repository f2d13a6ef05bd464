import { readXml } from './xml.ts';
import type { Member } from './zip.ts';

/** A paragraph's style: what it is called, and which one it is made from. */
interface Style {
  level: number;
  parent: string;
}

/** Styles are made from others a few steps deep; a file may claim that they are their own. */
const DEEPEST = 10;

/**
 * The heading level (from 1) of each style that is one, by its id: by its name, which is the same in every language,
 * by its outline level, or by the style that it is made from.
 */
export async function readHeadings(styles: Member | undefined): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, Style>();
  let style: Style = { level: 0, parent: '' };
  await readXml(styles, {
    open(name, attributes) {
      const value = attributes['val'] ?? '';
      if (name === 'style') {
        style = { level: 0, parent: '' };
        found.set(attributes['styleId'] ?? '', style);
      } else if (name === 'name') style.level ||= levelOf(value);
      else if (name === 'basedOn') style.parent = value;
      else if (name === 'outlineLvl') style.level ||= outlineLevel(value);
    },
  });
  const levels = new Map<string, number>();
  for (const id of found.keys()) {
    let at: Style | undefined = found.get(id);
    for (let step = 0; at && at.level === 0 && step < DEEPEST; step += 1) at = found.get(at.parent);
    if (at && at.level > 0) levels.set(id, at.level);
  }
  return levels;
}

/** Outline levels count from 0; 9 is the body's text. */
export function outlineLevel(value = ''): number {
  return /^[0-8]$/.test(value) ? Number(value) + 1 : 0;
}

function levelOf(name: string): number {
  if (/^title$/i.test(name)) return 1;
  return Number(/^heading ([1-9])$/i.exec(name)?.[1] ?? 0);
}
