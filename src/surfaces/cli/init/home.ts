import { readFile, rename, writeFile } from 'node:fs/promises';
import { CodedError, EXIT, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import { makeFolders } from '../../../config/folders.ts';
import { configJsonSchema } from '../../../config/schema.ts';
import type { Folders } from '../../../contract/config.ts';
import type { Context } from '../command.ts';
import type { Ask } from './ask.ts';
import { configText, SCHEMA_NAME, type Settings } from './config-text.ts';

/** Rules that are shipped, with what each does. */
export const RECIPES = { inbox: 'each document that lands in the folder becomes a note' } as const;
export type Recipe = keyof typeof RECIPES;

const SHIPPED = new URL('../../../../examples/recipes/', import.meta.url);

/** Files of an earlier set-up are replaced only if that is wanted, and kept beside the new ones. */
export async function mayReplace(
  ask: Ask,
  { folders, recipe, replace }: { folders: Folders; recipe: Recipe; replace: boolean },
  context: Context,
): Promise<void> {
  const standing = [];
  for (const path of [folders.configFile, ruleFile(folders, recipe)])
    if ((await read(path)) !== null) standing.push(path);
  if (standing.length === 0 || replace) return;
  const question = `${standing.join(' and ')} ${standing.length === 1 ? 'is' : 'are'} there already. Replace and keep the old?`;
  if (ask.isPerson && (await ask.confirm(question, false))) return;
  throw new CodedError('home-exists', 'it is set up already; nothing was changed', {
    value: standing.join(', '),
    allowed: '--replace keeps the old files beside the new ones',
    next: context.line('config show'),
    exitCode: EXIT.failed,
  });
}

/** Writes the configuration, its schema and the recipe's rule; what stood there is kept. Tells which files. */
export async function writeHome(
  settings: Settings & { folders: Folders; recipe: Recipe },
  { out, clock }: Context,
): Promise<void> {
  const { folders, recipe, notes } = settings;
  await makeFolders(folders);
  const rule = await readFile(new URL(`${recipe}.md`, SHIPPED), 'utf8');
  // Within a double-quoted YAML text.
  const place = JSON.stringify(notes.written).slice(1, -1);
  const drafts = [
    { path: folders.configFile, text: configText(settings) },
    { path: ruleFile(folders, recipe), text: rule.replaceAll('{NOTES}', place) },
    { path: `${folders.config}/${SCHEMA_NAME}`, text: `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
  ];
  const suffix = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, '');
  for (const { path, text } of drafts) {
    const standing = await read(path);
    if (standing === text) continue;
    const isOurs = path.endsWith(SCHEMA_NAME);
    if (standing !== null && !isOurs) {
      await rename(toFs(path), toFs(`${path}.before-${suffix}`));
      out.line('  ', ['dim', `kept   ${path}.before-${suffix}`]);
    }
    await writeFile(toFs(path), text, { mode: 0o600, flag: isOurs ? 'w' : 'wx' });
    out.line('  ', ['green', 'wrote'], `  ${path}`);
  }
}

function ruleFile(folders: Folders, recipe: Recipe): string {
  return `${folders.rules}/${recipe}.md`;
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(toFs(path), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
