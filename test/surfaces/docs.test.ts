import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { SHARED_EXIT_CODES } from '../../src/surfaces/cli/command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from '../../src/surfaces/cli/registry.ts';

const text = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');

describe('docs/cli.md', () => {
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    it(`describes ${name} as --help does: arguments, options, examples, exit codes, JSON`, async () => {
      const { command } = await load();
      assert.equal(command.name, name);
      assert.ok(command.examples.length > 0, 'no example');
      assert.ok(command.exitCodes[0] !== undefined, 'exit code 0 means nothing');
      const [, section] = text.split(`\n## \`${name}\`\n`);
      assert.ok(section, 'no section');
      const own = section.split('\n## ')[0] ?? '';
      const said = [
        summary,
        ...command.arguments.flatMap((argument) => [argument.name, argument.summary]),
        ...command.options.flatMap((option) => [`\`${option.flags}\``, option.summary]),
        ...command.examples.flatMap((example) => [`$ ${example.line}`, example.does]),
        ...Object.entries(command.exitCodes).map(([code, meaning]) => `**${code}** ${meaning}`),
        ...(command.json === null ? [] : [command.json]),
      ];
      for (const words of said) assert.ok(own.includes(words), `does not say: ${words}`);
    });
  }

  it('describes the options and exit codes that all share', () => {
    for (const { flags, summary } of GLOBAL_OPTIONS)
      assert.ok(text.includes(`| \`${flags}\` | ${summary} |`), flags);
    for (const [code, meaning] of Object.entries(SHARED_EXIT_CODES))
      assert.ok(text.includes(`| ${code} | ${meaning} |`), code);
  });

  it('has no section about a command that does not exist', () => {
    const sections = [...text.matchAll(/^## `(.+)`$/gm)].map((match) => match[1]);
    assert.deepEqual(sections, Object.keys(COMMANDS));
  });
});
