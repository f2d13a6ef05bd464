import { readFile, rename, writeFile } from 'node:fs/promises';
import { CodedError, EXIT, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import { makeFolders } from '../../../config/folders.ts';
import { configJsonSchema } from '../../../config/schema.ts';
import type { Folders } from '../../../contract/config.ts';
import type { Context } from '../command.ts';
import type { Ask } from './ask.ts';
import { configText, SCHEMA_NAME, type Settings } from './config-text.ts';
import { type Recipe, ruleNames, rulesOf } from './recipes.ts';

/** A file that is to be written. */
interface FileDraft {
  path: string;
  text: string;
}

/** Files of an earlier set-up are replaced only if that is wanted, and kept beside the new ones. */
export async function mayReplace(
  ask: Ask,
  { folders, recipe, replace }: { folders: Folders; recipe: Recipe; replace: boolean },
  context: Context,
): Promise<void> {
  const rules = (await ruleNames(recipe)).map((name) => ruleFile(folders, name));
  const standing = [];
  for (const path of [folders.configFile, ...rules]) if (await isThere(path)) standing.push(path);
  if (standing.length === 0 || replace) return;
  const question = `${standing.join(' and ')} ${standing.length === 1 ? 'is' : 'are'} there already. Replace and keep the old?`;
  if (ask.isPerson && (await ask.confirm(question, false))) return;
  throw new CodedError('home-exists', 'it is set up already; nothing was changed', {
    value: standing.join(', '),
    allowed: '--add puts a recipe beside what is there; --replace keeps the old files beside the new ones',
    next: context.line('config show'),
    exitCode: EXIT.failed,
  });
}

/** Writes the configuration, its schema and the recipe's rules; what stood there is kept. Tells which files. */
export async function writeHome(
  settings: Settings & { folders: Folders; recipe: Recipe },
  context: Context,
): Promise<void> {
  const { folders, recipe } = settings;
  await makeFolders(folders);
  const schema = `${folders.config}/${SCHEMA_NAME}`;
  const drafts = [
    { path: folders.configFile, text: configText(settings) },
    ...(await ruleDrafts(folders, recipe, settings)),
    { path: schema, text: `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
  ];
  const suffix = new Date(context.clock.now()).toISOString().replaceAll(/[-:.]/g, '');
  for (const draft of drafts) {
    const standing = await read(draft.path);
    if (standing === draft.text) continue;
    const isOurs = draft.path === schema;
    if (standing !== null && !isOurs) {
      await rename(toFs(draft.path), toFs(`${draft.path}.before-${suffix}`));
      context.out.line('  ', ['dim', `kept   ${draft.path}.before-${suffix}`]);
    }
    await write(draft, isOurs ? 'w' : 'wx', context);
  }
}

/** Writes a recipe's rules beside those that are there, or none where one of them stands there already. */
export async function writeRules(
  settings: Pick<Settings, 'watch' | 'notes'> & { folders: Folders; recipe: Recipe },
  context: Context,
): Promise<string[]> {
  const { folders, recipe } = settings;
  await makeFolders(folders);
  const drafts = await ruleDrafts(folders, recipe, settings);
  const standing = [];
  const missing = [];
  for (const draft of drafts) {
    const text = await read(draft.path);
    if (text === null) missing.push(draft);
    else if (text !== draft.text) standing.push(draft.path);
  }
  if (standing.length > 0) {
    throw new CodedError('rules-exist', 'there are rules of these names already; nothing was changed', {
      value: standing.join(', '),
      allowed: 'a recipe is added once; move these away, or edit them',
      next: context.line('rules'),
      exitCode: EXIT.failed,
    });
  }
  for (const draft of missing) await write(draft, 'wx', context);
  return drafts.map(({ path }) => path);
}

async function ruleDrafts(
  folders: Folders,
  recipe: Recipe,
  places: Pick<Settings, 'watch' | 'notes'>,
): Promise<FileDraft[]> {
  const rules = await rulesOf(recipe, places);
  return rules.map(({ name, text }) => ({ path: ruleFile(folders, name), text }));
}

/** Where a rule of a home stands. */
export function ruleFile(folders: Folders, name: string): string {
  return `${folders.rules}/${name}.md`;
}

async function write({ path, text }: FileDraft, flag: 'w' | 'wx', { out }: Context): Promise<void> {
  await writeFile(toFs(path), text, { mode: 0o600, flag });
  out.line('  ', ['green', 'wrote'], `  ${path}`);
}

/** Whether there is a file. */
export async function isThere(path: string): Promise<boolean> {
  return (await read(path)) !== null;
}

/** The text of a file; null where there is none. */
async function read(path: string): Promise<string | null> {
  try {
    return await readFile(toFs(path), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
