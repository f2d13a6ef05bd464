import type { ContentHash } from '../base/content-hash.ts';
import type { Disk, Disks } from '../base/disk.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { toFs } from '../base/path-text.ts';
import type { FormerOutput, Gap, PlannedOutput } from '../contract/output.ts';
import type { StoredProposal } from '../store/queries/proposals.ts';
import { rootOf } from './inside.ts';
import { onDisk } from './kinds.ts';
import { look, type Standing } from './look.ts';
import type { Draft, OutputHandler } from './output.ts';
import { parentOf } from './place.ts';
import { inFolder } from './plan.ts';
import { isPassing, reasonOf } from './trouble.ts';

/** A proposal with its bytes, and what this rule wrote for this subject before. */
export interface Proposed {
  proposal: StoredProposal & { text: string };
  former: FormerOutput[];
}

/** A proposal as things stand now. */
export interface Reviewed {
  /** How it would be applied. */
  planned: PlannedOutput;
  before: string | null;
  after: string | null;
  /** What is to be said of that; empty otherwise. */
  note: string;
  /** Stands for the exact bytes, where they go and what stands there; null while that cannot be known. */
  digest: string | null;
  /** Why it cannot; empty otherwise. */
  held: string;
}

export interface ReviewOptions {
  diskOf: Disks;
  /** Declared output roots. */
  roots: readonly string[];
  gaps: readonly Gap[];
  hash: ContentHash;
}

/** Looks at what a proposal would do just now; touches nothing. */
export async function review({ proposal, former }: Proposed, options: ReviewOptions): Promise<Reviewed> {
  const { gaps } = options;
  const asStored = plannedOf(proposal);
  const handler = onDisk(proposal.kind);
  const nothing = { planned: asStored, before: null, after: null, note: '' };
  if (handler === null) return { ...nothing, held: '', digest: digestOf(asStored, '', '') };
  try {
    return await within(asStored.target, options, async (disk) => {
      const planned = (await handler.review?.(draftOf(proposal, former, gaps), disk)) ?? asStored;
      const { source } = planned;
      const moved = source === undefined ? null : await lookAtSource(source, options);
      const standing = await look(disk, planned.target);
      // The content of a move is the hash of the file that is meant: the one that is shown.
      const bound =
        planned.mode === 'move'
          ? { ...planned, content: moved?.hash ?? planned.content }
          : { ...planned, before: sumOf(standing) };
      return {
        planned: bound,
        ...filesOf(handler, bound, standing, proposal.thought),
        held: '',
        digest: digestOf(bound, sumOf(standing) ?? '', moved?.is ?? ''),
      };
    });
  } catch (error) {
    const held = isPassing(error) ? reasonOf(error) : messageOf(error);
    return { ...nothing, held, digest: null };
  }
}

/** sha256 over all that is decided on: how it is applied, its bytes, where they go, and what stands there. */
function digestOf(
  { kind, mode, target, source = '', content }: PlannedOutput,
  standing: string,
  atSource: string,
): string {
  return sha256(JSON.stringify([kind, mode, target, source, content, standing, atSource]));
}

function sumOf(standing: Standing | null): string | null {
  return standing?.sha256 ?? null;
}

/** The file before and after; null of both where it only gets another name. */
function filesOf(
  handler: OutputHandler,
  planned: PlannedOutput,
  standing: Standing | null,
  thought: string,
): Pick<Reviewed, 'before' | 'after' | 'note'> {
  if (planned.mode === 'move') return { before: null, after: null, note: '' };
  const { bytes, note } = handler.after?.(standing?.content ?? null, planned, thought) ?? {
    bytes: Buffer.from(planned.content),
    note: '',
  };
  return { before: standing?.content.toString() ?? null, after: Buffer.from(bytes).toString(), note };
}

/** Does something in the target's folder, which really is beneath an output root. */
async function within<T>(
  target: string,
  { diskOf, roots }: ReviewOptions,
  task: (disk: Disk) => Promise<T>,
): Promise<T> {
  return inFolder({ path: parentOf(target), root: rootOf(target, roots), outputRoots: roots, diskOf }, task);
}

/** Files larger than this are known by size and time alone. */
const MAX_READ = 64 * 1024 * 1024;

/** Which file it is and when it was last written to, and the hash of what it holds; empty where it is too large. */
async function lookAtSource(
  source: string,
  { diskOf, hash }: ReviewOptions,
): Promise<{ is: string; hash: string }> {
  const disk = await diskOf(toFs(parentOf(source)));
  const stat = await disk.lstat(toFs(source));
  if (stat === null)
    throw new CodedError('output-source', `${source} is not there any more`, { value: source });
  const is = `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
  if (stat.size > MAX_READ) return { is, hash: '' };
  const standing = await look(disk, source);
  return { is, hash: standing === null ? '' : hash(standing.content) };
}

function draftOf(
  { thought, position, kind, wanted, text, source }: Proposed['proposal'],
  former: FormerOutput[],
  gaps: readonly Gap[],
): Draft {
  const from = source === null ? {} : { source: { path: source, hash: null } };
  return { thought, position, kind, wanted, body: text, former, gaps, ...from };
}

function plannedOf(proposal: Proposed['proposal']): PlannedOutput {
  const { position, kind, mode, wanted, target, source, text: content, before, reason } = proposal;
  return {
    ...{ position, kind, mode, wanted, target, content, before, reason },
    ...(source === null ? {} : { source }),
  };
}
