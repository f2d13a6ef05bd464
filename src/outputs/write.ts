import { sha256 } from '../base/ids.ts';
import type { PendingOutput, PlannedOutput } from '../contract/output.ts';
import { look } from './look.ts';
import {
  type Applied,
  type ApplyContext,
  type Draft,
  type OutputHandler,
  temporaryBeside,
} from './output.ts';
import {
  create,
  inodeOf,
  makeFolder,
  parentOf,
  remove,
  replace,
  syncFolder,
  writeTemporary,
} from './place.ts';

/** How many names are tried beside a taken one. */
const MAX_NUMBER = 10_000;

/**
 * A whole file. It replaces only what this rule wrote for this subject; what a person has edited since becomes a
 * proposal, and any other file there is left alone: the next free `name-2` is taken.
 */
export const write: OutputHandler = {
  kind: 'write',

  async plan(draft: Draft): Promise<PlannedOutput> {
    const former = draft.former.find((each) => each.wanted === draft.wanted);
    const planned = {
      position: draft.position,
      kind: 'write' as const,
      wanted: draft.wanted,
      content: draft.body,
      reason: '',
    };
    if (former) {
      const standing = await look(former.target);
      if (standing?.sha256 === former.sha256)
        return { ...planned, mode: 'replace', target: former.target, before: former.sha256 };
      if (standing)
        return {
          ...planned,
          mode: 'propose',
          target: former.target,
          before: standing.sha256,
          reason: editedSince(former.target),
        };
      return { ...planned, mode: 'create', target: former.target, before: null };
    }
    return { ...planned, mode: 'create', target: await freeName(draft.wanted), before: null };
  },

  async apply(output: PendingOutput, context: ApplyContext): Promise<Applied> {
    const { target } = output;
    if (await isPlaced(output, context)) return { state: 'applied', target, reason: '' };
    await makeFolder(parentOf(target));
    return output.mode === 'replace' ? applyReplace(output, context) : applyCreate(output, context);
  },
};

/**
 * Whether a try before a crash got as far as the target. The temporary file goes only when it has taken its place,
 * so its absence tells, even where a person has replaced our file since; a power cut that took its name is told
 * apart by what stands at the target. Leftovers are cleared away.
 */
async function isPlaced(output: PendingOutput, context: ApplyContext): Promise<boolean> {
  const { target, ledger } = output;
  if (ledger === null) return false;
  const temporary = temporaryBeside(target, context.thought, output.position);
  if ((await inodeOf(target)) !== ledger.ino) {
    if ((await inodeOf(temporary)) !== null) return false;
    const standing = await look(target);
    if (standing === null || standing.sha256 === output.before) return false;
  }
  await remove(temporary);
  await syncFolder(parentOf(target));
  return true;
}

async function applyReplace(output: PendingOutput, context: ApplyContext): Promise<Applied> {
  const { target } = output;
  const standing = await look(target);
  if (standing === null) return applyCreate(output, context);
  if (standing.sha256 !== output.before) return { state: 'proposed', target, reason: editedSince(target) };
  const temporary = temporaryBeside(target, context.thought, output.position);
  const content = Buffer.from(output.content);
  const stat = await writeTemporary(temporary, content, standing.mode);
  await context.commit(target, entryOf(stat, content, context), standing.content);
  // The commit took its time: what a person saved meanwhile is looked for once more, right before the rename.
  if ((await look(target))?.sha256 !== output.before) {
    await remove(temporary);
    return { state: 'proposed', target, reason: editedSince(target) };
  }
  await replace(temporary, target);
  await syncFolder(parentOf(target));
  return { state: 'applied', target, reason: '' };
}

async function applyCreate(output: PendingOutput, context: ApplyContext): Promise<Applied> {
  const temporary = temporaryBeside(output.target, context.thought, output.position);
  const content = Buffer.from(output.content);
  const stat = await writeTemporary(temporary, content, null);
  let target = output.target;
  for (;;) {
    await context.commit(target, entryOf(stat, content, context), null);
    if (await create(temporary, target)) break;
    target = await freeName(output.wanted);
  }
  await syncFolder(parentOf(target));
  const reason = target === output.wanted ? '' : `${output.wanted} was taken, so another name was`;
  return { state: 'applied', target, reason };
}

/** How a finished file looks, for knowing it again. */
export function entryOf(
  stat: { ino: number; size: number; mtimeMs: number },
  content: Uint8Array,
  context: ApplyContext,
) {
  return {
    ino: stat.ino,
    size: stat.size,
    mtime: stat.mtimeMs,
    hash: context.hash(content),
    sha256: sha256(content),
  };
}

/** The wanted path, or the next free `name-2`, `name-3`, … beside it. */
async function freeName(wanted: string): Promise<string> {
  if ((await inodeOf(wanted)) === null) return wanted;
  const slash = wanted.lastIndexOf('/');
  const dot = wanted.lastIndexOf('.');
  const stem = dot > slash + 1 ? wanted.slice(0, dot) : wanted;
  const ending = wanted.slice(stem.length);
  for (let number = 2; number < MAX_NUMBER; number += 1) {
    const name = `${stem}-${number}${ending}`;
    if ((await inodeOf(name)) === null) return name;
  }
  throw new Error(`no free name beside ${wanted}`);
}

function editedSince(target: string): string {
  return `${target} was edited since it was written: nothing is overwritten without you`;
}
