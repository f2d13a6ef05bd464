import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { BIN, cli, createHome, type Home, type Ran, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

/** A command of the CLI with something piped in. */
async function piped(home: Home, input: Buffer, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...args, '--home', home.folder], { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const asking = (more = '') => `---
on: { request: {} }
mind: { models: [lmstudio/test-model]${more} }
---
Why did this fail?
{{ request.text }}
`;

describe('think with a build of megabytes piped in', () => {
  it('reads its beginning and its end in parts where the model has little room, and prints the answer alone', async (t) => {
    const server = await startModelServer((prompt) => {
      if (!prompt.startsWith('This is part ')) return `because of this: ${/undefined \w+/.exec(prompt)?.[0]}`;
      return /undefined \w+/.exec(prompt)?.[0] ?? 'nothing of note';
    });
    t.after(() => server.stop());
    server.context = 16_384;
    const home = createHome(t, server.url);
    home.rule('build', asking());
    home.rule('whole', asking(', long: refuse'));
    const daemon = await startDaemon(t, home);
    const compiled = 'gcc -c parser.c -o parser.o\n'.repeat(120_000);
    const input = Buffer.from(`${compiled}\u001b[31mld: undefined main\u001b[0m\nmake: *** [all] Error 1\n`);
    assert.ok(input.length > 3_000_000);
    const ran = await piped(home, input, 'think', '-', '--rule', 'build');
    assert.deepEqual([ran.code, ran.stdout], [0, 'because of this: undefined main\n'], ran.stderr);
    assert.match(ran.stderr, /^long: \d{7} characters in the middle of what was piped in are left out$/m);
    const asked = server.prompts.filter((prompt) => prompt.startsWith('This is part '));
    assert.ok(asked.length > 10, `${asked.length} parts`);
    assert.ok(asked.every((prompt) => prompt.includes('Why did this fail?')));

    const refused = await piped(home, input, 'think', '-', '--rule', 'whole');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /it needs about \d+ tokens/);
    await daemon.end();
  });

  it('is thought about once under a key, and a short text as it is', async (t) => {
    const server = await startModelServer((prompt) => `saw ${prompt.length}`);
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    const daemon = await startDaemon(t, home);
    const input = Buffer.from('make: *** No rule to make target\n');
    const first = await piped(home, input, 'think', '-', '--key', 'build-1');
    const again = await piped(home, input, 'think', '-', '--key', 'build-1');
    assert.equal(first.stdout, again.stdout);
    assert.equal(server.prompts.length, 1);
    assert.match(server.prompts[0] ?? '', /No rule to make target/);
    const taken = await piped(home, Buffer.from('another\n'), 'think', '-', '--key', 'build-1');
    assert.match(taken.stderr, /request-key-taken/);
    assert.notEqual((await piped(home, Buffer.alloc(0), 'think', '-')).code, 0);
    assert.equal((await cli(home, 'think', 'without a pipe')).code, 0);
    await daemon.end();
  });
});
