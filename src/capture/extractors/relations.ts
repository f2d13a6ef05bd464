import { posix } from 'node:path';
import { readXml } from './xml.ts';
import type { Members } from './zip.ts';

/** What a part of an Office document refers to: the member's name and what it is to it. */
export interface Relation {
  target: string;
  type: string;
}

/** The relations of a part (empty = of the whole document), by id. */
export async function relationsOf(members: Members, part: string): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part);
  const relations = new Map<string, Relation>();
  await readXml(members.get(posix.join(folder, '_rels', `${posix.basename(part)}.rels`)), {
    open(name, { Id = '', Target = '', Type = '' }) {
      if (name !== 'Relationship') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      relations.set(Id, { target, type: Type });
    },
  });
  return relations;
}

/** The part that a document begins with; `usual` where it does not say. */
export async function mainPart(members: Members, usual: string): Promise<string> {
  const relations = [...(await relationsOf(members, '')).values()];
  return relations.find(({ type }) => type.endsWith('/officeDocument'))?.target ?? usual;
}
