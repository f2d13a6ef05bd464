import { constants } from 'node:fs';
import { elsewhere } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { createKeyedMutex } from '../base/keyed-mutex.ts';
import { toFs } from '../base/path-text.ts';
import { look, type Standing } from '../outputs/look.ts';
import { create, parentOf, remove, replace, syncOpen, writeTemporary } from '../outputs/place.ts';

/** What is to be the file of a rule. */
interface RuleFile {
  /** Path text, in the rules folder. */
  file: string;
  text: string;
  /** Entity tags of what it may replace; null = nothing may have its name. */
  known: readonly string[] | null;
}

/** One after the other: of two who replace the same text, the second one is told. */
const files = createKeyedMutex();

/**
 * Writes the file of a rule whole, or not at all, and only over what the caller has seen. Throws `rule-changed` where
 * something else stands there, `rule-not-a-file` where it is a link or no file.
 */
export function saveRule(wanted: RuleFile): Promise<void> {
  return files.run(wanted.file, () => write(wanted));
}

/** Stands for the bytes of a rule's file. */
export function tagOf(content: Uint8Array): string {
  return `"${sha256(content).slice(0, 32)}"`;
}

async function write({ file, text, known }: RuleFile): Promise<void> {
  const standing = await seen(file, known);
  // Never perceived, and never read as a rule.
  const temporary = `${parentOf(file)}/.consciousness-rule-${file.slice(file.lastIndexOf('/') + 1)}.tmp`;
  // A crash may have left it, also as a second name of the file itself.
  await remove(elsewhere, temporary);
  await writeTemporary(elsewhere, temporary, Buffer.from(text), standing?.mode ?? null);
  try {
    // Writing took its time: what an editor saved meanwhile is looked for once more, right before the rename.
    await seen(file, known);
    if (standing !== null) await replace(elsewhere, temporary, file);
    else if (!(await create(elsewhere, temporary, file))) throw changed(file, 'it is there already');
  } catch (error) {
    await remove(elsewhere, temporary);
    throw error;
  }
  const folder = await elsewhere.open(toFs(parentOf(file)), constants.O_RDONLY);
  try {
    await syncOpen(elsewhere, folder);
  } finally {
    await elsewhere.close(folder);
  }
}

/** What stands there, which is what the caller knows. */
async function seen(file: string, known: RuleFile['known']): Promise<Standing | null> {
  const standing = await look(elsewhere, file).catch((cause: unknown) => {
    if (!(cause instanceof CodedError)) throw cause;
    throw new CodedError('rule-not-a-file', cause.message, {
      value: file,
      allowed: 'an ordinary file in the rules folder',
      next: 'edit what it leads to',
      cause,
    });
  });
  if (standing === null && known !== null) throw changed(file, 'it is not there any more');
  if (standing !== null && known === null) throw changed(file, 'it is there already');
  if (standing !== null && !known?.includes(tagOf(standing.content)))
    throw changed(file, 'it was changed since it was read');
  return standing;
}

function changed(file: string, why: string): CodedError {
  return new CodedError('rule-changed', `${file} is left as it is: ${why}`, {
    value: file,
    next: 'read it again, and change that',
  });
}
