import { homedir } from 'node:os';
import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Folders } from '../../../contract/config.ts';
import { problemLine } from '../../../contract/problem.ts';
import type { Rule } from '../../../contract/rule.ts';
import { USUAL_PORTS } from '../../../mind/providers/discover.ts';
import type { Rehearsal, Survey } from '../../daemon.ts';
import { type Command, type Context, type Options, textOption } from '../command.ts';
import { addRecipe } from '../init/add.ts';
import { applyAnswers } from '../init/apply.ts';
import { type Ask, askNobody, askPerson, cannotAsk } from '../init/ask.ts';
import { dryRun } from '../init/dry-run.ts';
import { mayReplace, ruleFile, writeHome } from '../init/home.ts';
import { chooseFolders, type Place } from '../init/places.ts';
import { RECIPES, type Recipe, recipeLine, recipeNamed, ruleNames } from '../init/recipes.ts';
import { type ChosenModel, chooseModel } from '../init/servers.ts';
import { printProblems, readConfig } from '../problems.ts';

/** Thinks where no model server runs: extraction, and no language model. */
const WITHOUT_MODEL = 'builtin/extract';

export const command: Command = {
  name: 'init',
  arguments: [],
  options: [
    { flags: '--watch <dir>', summary: 'the folder to watch' },
    { flags: '--notes <dir>', summary: 'the folder that notes are written into' },
    {
      flags: '--recipe <name>',
      summary: `what it is for: ${RECIPES.map(({ name }) => name).join(', ')} (default: inbox)`,
    },
    {
      flags: '--ports <list>',
      summary: 'where model servers may listen on this machine (default: 1234,11434,8080)',
    },
    { flags: '--yes', summary: 'ask nothing: take what is proposed' },
    { flags: '--apply', summary: 'with --yes: write the notes that the dry run proposes' },
    { flags: '--add', summary: 'put the rules of one more recipe beside what is there, and replace nothing' },
    { flags: '--replace', summary: 'replace an earlier set-up; its files are kept beside the new ones' },
    { flags: '--no-dry-run', summary: 'try it on no files' },
  ],
  examples: [
    {
      line: 'consciousness init',
      does: 'Asks five things, and shows what it would make of three of your files.',
    },
    {
      line: 'consciousness init --yes --watch ~/Inbox --notes ~/Notes --recipe inbox',
      does: 'The same without a question; the dry run is shown, and nothing is written but the set-up.',
    },
    {
      line: 'consciousness init --add --recipe minutes --watch ~/Transcripts',
      does: 'Writes the rules of another recipe, and says what config.yaml lacks for them.',
    },
  ],
  exitCodes: {
    0: 'set up',
    1: 'it is set up already (with --add: not yet), or something could not be applied; says what',
    75: 'a daemon runs for this home',
  },
  json: null,
  async run(context, _args, options) {
    const { out, line } = context;
    const named = recipeNamed(textOption(options, 'recipe'));
    const ask = await askFor(context, options);
    const folders = await context.folders();
    if (options['add'] === true) {
      const recipe = await chooseRecipe(ask, named, context);
      return addRecipe(ask, { folders, recipe, given: placesIn(options) }, context);
    }
    await assertNotRunning(context);
    const recipe = await chooseRecipe(ask, named, context);
    await mayReplace(ask, { folders, recipe, replace: options['replace'] === true }, context);

    heading(context, 'Model');
    const model = await chooseModel(ask, portsOf(options), context);

    heading(context, 'Folders');
    const initial = { watch: recipe.watch, notes: '~/Notes' };
    const { watch, notes, survey } = await chooseFolders(ask, { given: placesIn(options), initial }, context);

    heading(context, 'Set-up');
    const outputs = recipe.changesWatched && watch.path !== notes.path ? [notes, watch] : [notes];
    await writeHome({ folders, recipe, watch, notes, outputs, model }, context);
    out.line('  ', ['dim', `recipe ${recipe.name}: ${recipe.does}`]);
    const rule = await assertGood(context, recipe, folders);
    const came =
      options['dryRun'] === false || rule === null
        ? new Map()
        : await rehearse(context, survey, rule, model, watch);
    if (rule !== null && came.size > 0 && model !== null && (await wantsIt(ask, options, came.size))) {
      out.line();
      return applyAnswers(came, { rule: rule.name, watch: watch.written }, ask, context);
    }
    out.line();
    out.line('It is set up. Next:');
    out.line('  ', ['bold', line('start')], ['dim', `   # watches ${watch.written} until Ctrl-C`]);
    if (rule === null)
      out.line('  ', ['bold', line('rules')], ['dim', '   # what they wait for, and what came of it']);
    else
      out.line(
        '  ',
        ['bold', line(`try ${rule.name} FILE`)],
        ['dim', '   # shows what the rule makes of a file, writes nothing'],
      );
    return EXIT.ok;
  },
};

async function askFor(context: Context, options: Options): Promise<Ask> {
  if (options['yes'] === true) return askNobody();
  const toAdd = options['add'] === true ? (textOption(options, 'recipe') ?? 'inbox') : null;
  if (!context.out.isTty || !process.stdin.isTTY) throw cannotAsk(context.line, toAdd);
  return askPerson(context);
}

function portsOf(options: Options): readonly number[] {
  const given = textOption(options, 'ports');
  if (given === undefined) return USUAL_PORTS;
  const ports = given.split(',').map(Number);
  if (ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) return ports;
  throw new CodedError('ports-invalid', '--ports is not a list of ports', {
    value: given,
    allowed: 'numbers from 1 to 65535 with commas between them: 1234,8080',
    exitCode: EXIT.usage,
  });
}

function placesIn(options: Options): { watch: string | undefined; notes: string | undefined } {
  return { watch: textOption(options, 'watch'), notes: textOption(options, 'notes') };
}

async function chooseRecipe(ask: Ask, named: Recipe | null, context: Context): Promise<Recipe> {
  if (named !== null) return named;
  if (!ask.isPerson) return RECIPES[0];
  heading(context, 'Recipe');
  const options = RECIPES.map((value) => ({ value, label: recipeLine(value) }));
  return ask.choose('What is it to do first? More can be added later.', options);
}

async function assertNotRunning(context: Context): Promise<void> {
  try {
    const { pid } = await (await context.client()).status();
    throw new CodedError('daemon-running', `a daemon runs for this home (pid ${pid})`, {
      next: context.line('stop'),
      exitCode: EXIT.busy,
    });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'daemon-not-running') throw error;
  }
}

/**
 * What was written must be what a daemon takes: variables and `.env` may say otherwise. The rule that is tried; rules
 * of an earlier set-up that do not fit any more are told.
 */
async function assertGood(context: Context, recipe: Recipe, folders: Folders): Promise<Rule | null> {
  const loaded = await readConfig(context);
  if (!loaded.ok) throw wrong(loaded.problems.map(problemLine), context.line('config check'));
  const { loadRules, ruleContext } = await import('../../../config/rules.ts');
  const { rules, problems } = await loadRules(folders, ruleContext(loaded.config, homedir()));
  const own = new Set((await ruleNames(recipe)).map((name) => ruleFile(folders, name)));
  const wrongs = problems.filter(({ file }) => own.has(file));
  if (wrongs.length > 0) throw wrong(wrongs.map(problemLine), context.line('rules check'));
  printProblems(context.out, problems);
  return rules.find(({ name }) => name === recipe.tried) ?? null;
}

function wrong([first = 'the rule is not there']: string[], next: string): CodedError {
  return new CodedError('set-up-refused', first, { next, exitCode: EXIT.config });
}

async function rehearse(
  context: Context,
  survey: Survey,
  rule: Rule,
  model: ChosenModel | null,
  watch: Place,
): Promise<Map<string, Rehearsal>> {
  const { out } = context;
  heading(context, 'Dry run: nothing is written');
  if (model === null)
    out.line('  ', ['yellow', `with ${WITHOUT_MODEL}, which is extraction and no language model`]);
  const came = await dryRun(survey, rule, model === null ? WITHOUT_MODEL : undefined, context);
  if (came.size === 0)
    out.line('  ', ['dim', `no file in ${watch.written} that the rule is about can be tried yet`]);
  return came;
}

async function wantsIt(ask: Ask, options: Options, files: number): Promise<boolean> {
  if (!ask.isPerson) return options['apply'] === true;
  return ask.confirm(
    `Write ${files === 1 ? 'this note' : `these ${files} notes`}? (undo takes them back)`,
    true,
  );
}

function heading({ out }: Context, title: string): void {
  out.line();
  out.line(['bold', title]);
}
