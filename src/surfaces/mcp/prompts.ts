import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { withoutInvisible } from '../../base/invisible.ts';
import { RECIPES, type Recipe, rulesOf } from '../cli/init/recipes.ts';
import type { Given } from './given.ts';

const NOTES = '~/Notes';

const folder = z
  .string()
  .max(1000)
  .transform((text) => withoutInvisible(text).replaceAll('\n', ' ').trim())
  .optional();

/** Offers a prompt for each recipe: how a model helps its user to set it up. None of them sets up anything. */
export function offerPrompts(server: McpServer, given: Given): void {
  for (const recipe of RECIPES) {
    server.registerPrompt(
      `set-up-${recipe.name}`,
      {
        title: `Set up the recipe ${recipe.name}`,
        description: `Be helped to set up the recipe ${recipe.name}: ${recipe.does}.`,
        argsSchema: z.object({
          folder: folder.describe(`The folder to watch; usually ${recipe.watch}`),
          notes: folder.describe(`The folder that notes are written into; usually ${NOTES}`),
        }),
      },
      async ({ folder: watch, notes }) => {
        const text = await wordsFor(recipe, watch || recipe.watch, notes || NOTES, given);
        return { messages: [{ role: 'user', content: { type: 'text', text } }] };
      },
    );
  }
}

async function wordsFor(recipe: Recipe, watch: string, notes: string, { line }: Given): Promise<string> {
  const { name, does, tried } = recipe;
  const rules = await rulesOf(recipe, { watch: { written: watch }, notes: { written: notes } });
  const folders = `--watch ${quoted(watch)} --notes ${quoted(notes)}`;
  return `Help me to set up the recipe "${name}" of Consciousness: ${does}.

None of your tools can do it: I type the commands. Before I do,
- ask me whether ${watch} is the folder to watch and ${notes} the folder for notes, if I have not said so;
- tell me in a few sentences what each rule below reacts to, what it asks the model, what it writes, and what waits for my approval.

Where Consciousness is not set up yet (the tool status says that no daemon is running), this asks the rest, and shows what it would make of some of my files before it writes anything:

    ${line(`init --recipe ${name} ${folders}`)}

Where it is set up already, this writes only the rules below beside those that are there, and says what config.yaml lacks for them:

    ${line(`init --add --recipe ${name} ${folders}`)}

Then:

    ${line('rules check')}
${tried === null ? '' : `    ${line(`try ${tried} FILE`)}\n`}    ${line('start')}

The first says every problem at once${tried === null ? '' : ', the second shows what the rule makes of a file and writes nothing'}. What it has written can be taken back with ${line('undo --last')}.

${rules.map((rule) => `rules/${rule.name}.md:\n\n~~~~markdown\n${rule.text.trimEnd()}\n~~~~`).join('\n\n')}
`;
}

/** As one word of a shell, whose `~` it still resolves. */
function quoted(path: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(path)) return path;
  const [home, rest] = path.startsWith('~/') ? ['~/', path.slice(2)] : ['', path];
  return `${home}'${rest.replaceAll("'", "'\\''")}'`;
}
