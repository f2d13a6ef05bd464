import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cli, copyRule, createHome, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { Calls, type ModelServer, startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';

const PAGE = fileURLToPath(new URL('../fixtures/documents/page.png', import.meta.url));

async function model(t: TestContext, answer?: ModelServer['answer']): Promise<ModelServer> {
  const server = await startModelServer(answer);
  t.after(() => server.stop());
  return server;
}

/** LM Studio's own list, with one model loaded. */
function loaded(key: string, more: { context?: number; vision?: boolean; tools?: boolean } = {}) {
  const { context = 32_768, vision = false, tools = false } = more;
  return {
    type: 'llm',
    key,
    loaded_instances: [{ id: key, config: { context_length: context } }],
    capabilities: { vision, trained_for_tool_use: tools },
  };
}

/** About 4,000 tokens in twenty chapters. */
const LONG = Array.from(
  { length: 20 },
  (_, n) =>
    `Chapter ${n}\n\n${`The keeper of house ${n} wrote down what the sea brought that day. `.repeat(13)}`,
).join('\n\n');

/** What a model says of a part: which chapters it has seen. */
function notesOf(prompt: string): string {
  const seen = [...prompt.matchAll(/^Chapter (\d+)$/gm)].map((match) => match[1]);
  return `saw ${seen.join(' ')}`;
}

describe('a document that is too long for its model', { timeout: 120_000 }, () => {
  it('is read in parts, and the parts that were read are not read again after a kill', async (t) => {
    let parts = 0;
    const stuck = Promise.withResolvers<void>();
    const server = await model(t, (prompt) => {
      if (!prompt.startsWith('This is part')) return notesOf(prompt) || 'an answer';
      parts += 1;
      // The third one takes for ever, until the daemon is killed.
      if (parts === 3) {
        stuck.resolve();
        return new Promise(() => undefined);
      }
      return notesOf(prompt);
    });
    server.native = { models: [loaded('test-model', { context: 1800 })] };
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const first = await startDaemon(t, home, { killed: true });
    writeFileSync(join(home.inbox, 'long.md'), LONG);
    await stuck.promise;
    await first.end('SIGKILL');
    const read = server.prompts.filter((prompt) => prompt.startsWith('This is part')).map(partOf);
    assert.deepEqual(read, ['1', '2', '3']);

    const second = await startDaemon(t, home);
    await second.reached('done', 1);
    const again = server.prompts
      .filter((prompt) => prompt.startsWith('This is part'))
      .slice(3)
      .map(partOf);
    assert.equal(again[0], '3', 'what was read is kept');
    assert.ok(!again.includes('1') && !again.includes('2'));
    const asked = server.prompts.at(-1) ?? '';
    for (let n = 0; n < 20; n += 1) assert.match(asked, new RegExp(`saw[ \\d]*\\b${n}\\b`), `chapter ${n}`);
    for (const { messages } of server.bodies)
      assert.ok(JSON.stringify(messages).length < 1800 * 6, 'each has room');
    const [row] = await thoughtsOf(home);
    const view = await show(home, row?.id ?? '');
    assert.match(view.prompt ?? '', /notes of a document that was read in parts/, 'what was sent is shown');
    assert.ok(view.parts >= 3);
    assert.match((await cli(home, 'show', view.id)).stdout, /parts +\d+ read so far/);
    await second.end();
  });

  it('is given to a model of its rule that has room for it, if there is one', async (t) => {
    const server = await model(t, () => 'the answer');
    server.native = { models: [loaded('small', { context: 1800 }), loaded('large', { context: 65_536 })] };
    const home = createHome(t, server.url);
    home.rule(
      'copy',
      copyRule(home).replace('outputs:', 'mind: { models: [lmstudio/small, lmstudio/large] }\noutputs:'),
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'short.md'), 'a few words');
    writeFileSync(join(home.inbox, 'long.md'), LONG);
    await daemon.reached('done', 2);
    const chosen = new Map(
      server.bodies.map((body, at) => [server.prompts[at]?.includes('Chapter') ?? false, body.model]),
    );
    assert.deepEqual([chosen.get(false), chosen.get(true)], ['small', 'large']);
    await daemon.end();
  });

  it('is refused visibly where the rule says so, with what would help', async (t) => {
    const server = await model(t);
    server.native = { models: [loaded('test-model', { context: 1800 })] };
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { long: refuse }\noutputs:'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'long.md'), LONG);
    await daemon.reached('dead', 1);
    const [row] = await thoughtsOf(home);
    assert.match(
      row?.reason ?? '',
      /needs about \d{4} tokens, and lmstudio\/local-model has room for 1800: load the model with \d+ tokens of context, name one with more in the rule, or let it be read in parts \(long: parts\)/,
    );
    assert.equal(server.prompts.length, 0);
    await daemon.end();
  });

  it('is found out where its server cuts it silently, and then read in parts', async (t) => {
    // It keeps the last 6,000 characters of a prompt, and says nothing of it (ollama/ollama#18107).
    const server = await model(t, (prompt) => {
      const kept = prompt.slice(-6000);
      const codes = [...kept.matchAll(/The (?:first|last) code is (\w+)\./g)].map((match) => match[1]);
      if (prompt.startsWith('The first code')) return codes.join(' and ');
      return notesOf(kept);
    });
    server.context = null;
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'long.md'), LONG);
    await daemon.reached('done', 1);
    assert.ok(server.prompts.some((prompt) => prompt.startsWith('This is part')));
    for (let n = 0; n < 20; n += 1)
      assert.match(server.prompts.at(-1) ?? '', new RegExp(`saw[ \\d]*\\b${n}\\b`), `chapter ${n}`);
    await daemon.end();
  });
});

function partOf(prompt: string): string {
  return /^This is part (\d+) of/.exec(prompt)?.[1] ?? '';
}

describe('a picture', { timeout: 120_000 }, () => {
  it('is shown to a model that sees', async (t) => {
    const server = await model(t, () => 'a page with an order');
    server.native = { models: [loaded('test-model', { vision: true })] };
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replaceAll('*.md', '*'));
    const daemon = await startDaemon(t, home, { args: [] });
    copyFileSync(PAGE, join(home.inbox, 'page.png'));
    await daemon.reached('done', 1);
    const [body] = server.bodies;
    const content = body?.messages[0]?.content;
    assert.ok(Array.isArray(content));
    assert.deepEqual(
      content.map((part) => part.type),
      ['text', 'image_url'],
    );
    assert.match(content[1]?.image_url?.url ?? '', /^data:image\/png;base64,iVBOR/);
    assert.equal(home.note('page.png'), 'a page with an order');
    const [row] = await thoughtsOf(home);
    assert.equal((await show(home, row?.id ?? '')).captured?.pictures, 1);
    await daemon.end();
  });

  it('has a visible reason where no model of the rule sees and nothing recognises its text', async (t) => {
    const server = await model(t);
    server.native = { models: [loaded('test-model')] };
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replaceAll('*.md', '*'));
    const path = process.env['PATH'];
    t.after(() => {
      process.env['PATH'] = path;
    });
    // Where tesseract is installed, it is not found.
    process.env['PATH'] = '/nowhere';
    const daemon = await startDaemon(t, home);
    process.env['PATH'] = path;
    copyFileSync(PAGE, join(home.inbox, 'page.png'));
    await daemon.reached('dead', 1);
    const [row] = await thoughtsOf(home);
    assert.match(
      row?.reason ?? '',
      /page\.png is a PNG image.*; lmstudio\/local-model does not see pictures/,
    );
    assert.equal(server.prompts.length, 0);
    await daemon.end();
  });
});

describe('tools', { timeout: 120_000 }, () => {
  it('are called until the model answers, and what they bring is fenced as data', async (t) => {
    const server = await model(t, (_prompt, { messages }) => {
      const results = messages.filter(({ role }) => role === 'tool');
      if (results.length === 0)
        return new Calls({ name: 'list_files', arguments: {} }, { name: 'now', arguments: {} });
      if (results.length === 2) return new Calls({ name: 'read_file', arguments: { path: 'facts.txt' } });
      return 'the facts are in';
    });
    const home = createHome(t, server.url);
    writeFileSync(join(home.inbox, 'facts.txt'), 'forty-two');
    home.rule(
      'copy',
      copyRule(home).replace('outputs:', 'mind: { tools: [read_file, list_files, now] }\noutputs:'),
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'What are the facts?');
    await daemon.reached('done', 1);
    assert.equal(home.note('a.md'), 'the facts are in');
    const results = (server.bodies.at(-1)?.messages ?? [])
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content));
    assert.match(results[0] ?? '', new RegExp(`BEGIN DOCUMENT \\w+\n${home.inbox}/\nEND DOCUMENT`));
    assert.match(results[2] ?? '', /BEGIN DOCUMENT \w+\nforty-two\s+END DOCUMENT/);
    const [row] = await thoughtsOf(home);
    const raw = (await show(home, row?.id ?? '')).attempts.at(-1)?.raw ?? '';
    assert.match(
      raw,
      /\[calls read_file \{"path":"facts\.txt"\}\][\s\S]*\[read_file returned\][\s\S]*forty-two/,
    );
    await daemon.end();
  });

  it('find a relative path in any watched folder, and say where they looked', async (t) => {
    const server = await model(t, (_prompt, { messages }) => {
      const results = messages.filter(({ role }) => role === 'tool');
      if (results.length > 0) return results.map(({ content }) => String(content)).join('\n');
      return new Calls(
        { name: 'read_file', arguments: { path: 'only-there.txt' } },
        { name: 'read_file', arguments: { path: 'nowhere.txt' } },
      );
    });
    const home = createHome(t, server.url);
    const other = temporaryFolder(t);
    writeFileSync(join(other, 'only-there.txt'), 'found it');
    home.config(
      `lm_studio: { base_url: "${server.url}", model: test-model }\nfile_watcher: { watch_paths: ["${home.inbox}", "${other}"] }\noutput_roots: ["${home.notes}"]\n`,
    );
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { tools: [read_file] }\noutputs:'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'Where is it?');
    await daemon.reached('done', 1);
    assert.match(home.note('a.md'), /found it/);
    assert.match(home.note('a.md'), new RegExp(`${other}/nowhere.txt is not there`));
    await daemon.end();
  });

  it('are called anew when a file returns to what it was: what they bring may be something else by now', async (t) => {
    const server = await model(t, (_prompt, { messages }) =>
      messages.some(({ role }) => role === 'tool') ? 'an answer' : new Calls({ name: 'now', arguments: {} }),
    );
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { tools: [now] }\noutputs:'));
    const daemon = await startDaemon(t, home);
    for (const [at, text] of ['first', 'other', 'first'].entries()) {
      writeFileSync(join(home.inbox, 'a.md'), text);
      await daemon.reached('done', at + 1);
    }
    assert.equal(server.prompts.length, 6);
    await daemon.end();
  });

  it('end after so many steps, and the model is asked for its answer without them', async (t) => {
    const server = await model(t, (_prompt, { tool_choice }) =>
      tool_choice === 'none' ? 'enough' : new Calls({ name: 'now', arguments: {} }),
    );
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { tools: [now], max_steps: 3 }\noutputs:'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'What time is it?');
    await daemon.reached('done', 1);
    assert.deepEqual(
      server.bodies.map(({ tool_choice }) => tool_choice),
      ['auto', 'auto', 'auto', 'none'],
    );
    await daemon.end();
  });
});

describe('a model that sees and is away', { timeout: 120_000 }, () => {
  it('is waited for: the scan is not given up because nobody knows what it is able to', async (t) => {
    const blind = await model(t, () => 'words');
    const seeing = await model(t, () => 'a page with an order');
    seeing.native = { models: [loaded('test-model', { vision: true })] };
    await seeing.stop();
    const home = createHome(t, blind.url);
    home.config(
      `lm_studio: { base_url: "${blind.url}", model: test-model }\nproviders: { box: { type: openai-compatible, base_url: "${seeing.url}" } }\n` +
        `file_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.notes}"]\n`,
    );
    home.rule(
      'copy',
      copyRule(home)
        .replaceAll('*.md', '*')
        .replace('outputs:', 'mind: { models: [lmstudio/local-model, box/local-model] }\noutputs:'),
    );
    const daemon = await startDaemon(t, home);
    copyFileSync(PAGE, join(home.inbox, 'page.png'));
    await daemon.saw(
      (event) => event.type === 'state' && event.state === 'ready' && /box/.test(event.reason),
      'the wait',
    );
    await seeing.start();
    await daemon.reached('done', 1);
    assert.equal(home.note('page.png'), 'a page with an order');
    await daemon.end();
  });
});

describe('a model that a rule names and that LM Studio has not loaded', { timeout: 120_000 }, () => {
  it('is loaded, also where nothing is loaded at all', async (t) => {
    const server = await model(t, () => 'an answer');
    const idle = { type: 'llm', key: 'qwen', loaded_instances: [] };
    server.native = { models: [idle] };
    const loads: string[] = [];
    server.post = (path, body) => {
      if (!path.endsWith('/models/load')) return null;
      loads.push(JSON.stringify(body));
      server.native = {
        models: [{ ...idle, loaded_instances: [{ id: 'qwen', config: { context_length: 8192 } }] }],
      };
      return { status: 'loaded', instance_id: 'qwen' };
    };
    const home = createHome(t, server.url);
    home.config(
      `lm_studio: { base_url: "${server.url}", load: { context_length: 8192 } }\nfile_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.notes}"]\n`,
    );
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { models: [lmstudio/qwen] }\noutputs:'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'hello');
    await daemon.reached('done', 1);
    assert.deepEqual(loads, ['{"model":"qwen","context_length":8192,"echo_load_config":true}']);
    await daemon.end();
  });
});

describe('compare', () => {
  it('lets several models think about files, past events and texts, and says what each took', async (t) => {
    const server = await model(t, (prompt) =>
      prompt.includes('broken') ? 'not json' : { title: 'A title' },
    );
    const home = createHome(t, server.url);
    home.rule(
      'titles',
      copyRule(home)
        .replace('outputs:', 'mind: { answer: { title: string } }\noutputs:')
        .replace('{{ answer }}', '{{ answer.title }}'),
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), '# A heading\n\nSome words of it.\n');
    await daemon.reached('done', 1);
    await daemon.end();
    const models = ['--models', 'lmstudio/local-model,builtin/extract'];
    const ofFile = JSON.parse(
      (await cli(home, 'compare', 'titles', join(home.inbox, 'a.md'), ...models, '--json')).stdout,
    );
    assert.deepEqual(
      ofFile.subjects[0].results.map((result: { model: string; state: string; valid: boolean }) => [
        result.model,
        result.state,
        result.valid,
      ]),
      [
        ['lmstudio/local-model', 'answered', true],
        ['builtin/extract', 'answered', true],
      ],
    );
    assert.equal(ofFile.subjects[0].results[0].usage.outputTokens, 7);
    const ofPast = JSON.parse((await cli(home, 'compare', 'titles', ...models, '--json')).stdout);
    assert.deepEqual(ofPast.subjects[0].results[1].answer, ofFile.subjects[0].results[1].answer);
    writeFileSync(join(home.inbox, 'b.md'), 'broken');
    const broken = await cli(
      home,
      'compare',
      'titles',
      join(home.inbox, 'b.md'),
      '--models',
      'lmstudio/local-model',
    );
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /lmstudio\/local-model +unusable +broken[\s\S]*it is not JSON/);
    const text = await cli(home, 'compare', 'What is this?', '--models', 'lmstudio/local-model');
    assert.match(text.stdout, /What is this\?[\s\S]*answered[\s\S]*A title/);
    const unknown = await cli(home, 'compare', 'What?', '--models', 'nobody/x');
    assert.deepEqual([unknown.code, /no provider has the model nobody\/x/.test(unknown.stderr)], [1, true]);
  });
});
