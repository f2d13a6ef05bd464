import { homedir } from 'node:os';
import { CodedError, EXIT } from '../../../base/errors.ts';
import { isWithin } from '../../../config/user-path.ts';
import type { Config, Folders } from '../../../contract/config.ts';
import { problemLine } from '../../../contract/problem.ts';
import type { Context } from '../command.ts';
import { printProblems, readConfig } from '../problems.ts';
import type { Ask } from './ask.ts';
import { isThere, writeRules } from './home.ts';
import { chooseFolders, type Place, writtenOf } from './places.ts';
import type { Recipe } from './recipes.ts';

/**
 * Puts a recipe's rules beside those of a home that is set up already. Nothing that stands there is touched: what its
 * configuration lacks for them is said.
 */
export async function addRecipe(
  ask: Ask,
  request: {
    folders: Folders;
    recipe: Recipe;
    given: { watch: string | undefined; notes: string | undefined };
  },
  context: Context,
): Promise<number> {
  const { folders, recipe, given } = request;
  const { out, line } = context;
  const config = await configOf(folders, recipe, context);
  out.line(['bold', 'Folders']);
  const initial = {
    watch: writtenOf(config.roots[0]?.path ?? recipe.watch),
    notes: writtenOf(config.outputRoots[0] ?? '~/Notes'),
  };
  const { watch, notes } = await chooseFolders(ask, { given, initial }, context);
  out.line();
  out.line(['bold', 'Rules']);
  const files = await writeRules({ folders, recipe, watch, notes }, context);
  out.line('  ', ['dim', `recipe ${recipe.name}: ${recipe.does}`]);
  out.line();
  const { loadRules, ruleContext } = await import('../../../config/rules.ts');
  const { problems } = await loadRules(folders, ruleContext(config, homedir()));
  const own = problems.filter(({ file }) => files.includes(file));
  if (own.length === 0) {
    out.line('A running daemon has taken them; otherwise  ', ['bold', line('start')]);
    return EXIT.ok;
  }
  printProblems(out, own);
  const wanted = linesFor(config, { recipe, watch, notes });
  if (wanted.length > 0) out.line(`They come into force once ${folders.configFile} says:`);
  for (const each of wanted) out.line('  ', ['bold', each]);
  return EXIT.config;
}

async function configOf(folders: Folders, recipe: Recipe, context: Context): Promise<Config> {
  if (!(await isThere(folders.configFile))) {
    throw new CodedError('home-missing', 'nothing is set up here that a recipe could be added to', {
      value: folders.configFile,
      next: context.line(`init --recipe ${recipe.name}`),
      exitCode: EXIT.failed,
    });
  }
  const loaded = await readConfig(context);
  if (loaded.ok) return loaded.config;
  const [first = ''] = loaded.problems.map(problemLine);
  throw new CodedError('config-wrong', first, {
    next: context.line('config check'),
    exitCode: EXIT.config,
  });
}

/** Lines of a configuration that has these folders as well. */
function linesFor(
  config: Config,
  { recipe, watch, notes }: { recipe: Recipe; watch: Place; notes: Place },
): string[] {
  const roots = config.roots.map(({ path }) => path);
  const lists = [
    { key: 'watch_paths', have: roots, want: [watch] },
    { key: 'output_roots', have: config.outputRoots, want: recipe.changesWatched ? [notes, watch] : [notes] },
  ];
  return lists.flatMap(({ key, have, want }) => {
    const lacking = want.filter(({ path }) => !have.some((root) => isWithin(path, root)));
    if (lacking.length === 0) return [];
    const all = new Set([...have.map(writtenOf), ...lacking.map(({ written }) => written)]);
    const list = `${key}: [${[...all].map((each) => JSON.stringify(each)).join(', ')}]`;
    return [key === 'watch_paths' ? `file_watcher: { ${list} }` : list];
  });
}
