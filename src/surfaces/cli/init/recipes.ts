import { readdir, readFile } from 'node:fs/promises';
import { CodedError, EXIT } from '../../../base/errors.ts';
import { globOf } from '../../../contract/glob.ts';
import type { Place } from './places.ts';

/** Rules that are shipped, with a sample of what they are for: a folder of examples/recipes. */
export interface Recipe {
  readonly name: string;
  readonly does: string;
  /** It edits, renames or moves what is watched, so that the watched folder is an output root, too. */
  readonly changesWatched: boolean;
  /** The rule whose answers the dry run shows; null where there is none about files that are there already. */
  readonly tried: string | null;
  /** The folder that is proposed for watching. */
  readonly watch: string;
}

/** Every recipe; the first is what somebody takes who asks for none. */
export const RECIPES: readonly [Recipe, ...Recipe[]] = [
  {
    name: 'inbox',
    does: 'documents become notes, and are filed when you agree',
    changesWatched: true,
    tried: 'inbox',
    watch: '~/Inbox',
  },
  {
    name: 'notes',
    does: 'daily notes get tags, answers to @ask, a task list, a digest',
    changesWatched: true,
    tried: 'notes-tidy',
    watch: '~/Notes',
  },
  {
    name: 'watch-post',
    does: 'failing tests, errors, memory and disk become incidents',
    changesWatched: false,
    tried: null,
    watch: '.',
  },
  {
    name: 'code-review',
    does: 'each source file that you save is reviewed',
    changesWatched: false,
    tried: 'code-review',
    watch: '.',
  },
  {
    name: 'minutes',
    does: 'the transcript of a meeting becomes minutes and tasks',
    changesWatched: false,
    tried: 'minutes',
    watch: '~/Transcripts',
  },
  {
    name: 'screenshots',
    does: 'a model that sees describes and names each screenshot',
    changesWatched: true,
    tried: 'screenshots',
    watch: '~/Pictures/Screenshots',
  },
  {
    name: 'downloads',
    does: 'downloads are sorted into folders when you agree',
    changesWatched: true,
    tried: 'downloads-read',
    watch: '~/Downloads',
  },
  {
    name: 'research',
    does: 'each paper gets a note, each week a digest',
    changesWatched: false,
    tried: 'research-note',
    watch: '~/Papers',
  },
  {
    name: 'git-journal',
    does: 'each commit becomes a line in a journal; needs no model',
    changesWatched: false,
    tried: null,
    watch: '.',
  },
];

const SHIPPED = new URL('../../../../examples/recipes/', import.meta.url);

/** A recipe by its name, or null where none was named. Throws `recipe-unknown`, which lists all. */
export function recipeNamed(given: string | undefined): Recipe | null {
  if (given === undefined) return null;
  const found = RECIPES.find(({ name }) => name === given);
  if (found) return found;
  throw new CodedError('recipe-unknown', 'there is no such recipe', {
    value: given,
    allowed: RECIPES.map(recipeLine).join('\n'),
    exitCode: EXIT.usage,
  });
}

/** What a list shows of a recipe. */
export function recipeLine({ name, does }: Recipe): string {
  return `${name.padEnd(NAME_WIDTH)}  ${does}`;
}

const NAME_WIDTH = Math.max(...RECIPES.map(({ name }) => name.length));

/** The names of a recipe's rules, in order. */
export async function ruleNames({ name }: Recipe): Promise<string[]> {
  const files = await readdir(new URL(`${name}/rules/`, SHIPPED));
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replace(/\.md$/, ''))
    .sort();
}

/** A recipe's rules with their places filled in. */
export async function rulesOf(recipe: Recipe, places: Places): Promise<{ name: string; text: string }[]> {
  const names = await ruleNames(recipe);
  return Promise.all(
    names.map(async (name) => {
      const file = new URL(`${recipe.name}/rules/${name}.md`, SHIPPED);
      return { name, text: fillIn(await readFile(file, 'utf8'), places) };
    }),
  );
}

/** Folders as they are written in a configuration. */
interface Places {
  watch: Pick<Place, 'written'>;
  notes: Pick<Place, 'written'>;
}

/** A line of globs: in it, a folder's name is no pattern. */
const GLOBS = /^\s*(?:paths|files):/;

/** A rule with its folders for {WATCH} and {NOTES}, which stand within double-quoted YAML. */
export function fillIn(rule: string, { watch, notes }: Places): string {
  const asYaml = (text: string) => JSON.stringify(text).slice(1, -1);
  return rule
    .split('\n')
    .map((line) =>
      line
        .replaceAll('{WATCH}', () => asYaml(GLOBS.test(line) ? globOf(watch.written) : watch.written))
        .replaceAll('{NOTES}', () => asYaml(notes.written)),
    )
    .join('\n');
}
