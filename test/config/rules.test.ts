import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { loadRules, ruleContext } from '../../src/config/rules.ts';
import { configFingerprint, watchConfiguration } from '../../src/config/watch.ts';
import { temporaryHome } from './in-temp.ts';

const GOOD = '---\non: { request: {} }\n---\n{{ request.text }}';

describe('the rules folder', () => {
  it('gives every good rule and every problem: a broken file hides no other', async () => {
    const folders = await temporaryHome();
    const put = (name: string, text: string | Uint8Array) => writeFile(path.join(folders.rules, name), text);
    await put('b.md', GOOD);
    await put('A.md', GOOD);
    await put('broken.md', '---\non: {\n---\nx');
    await put('bytes.md', Uint8Array.of(0xff, 0xfe));
    await put('notes.txt', 'not a rule');
    await put('.draft.md', 'not a rule');
    await mkdir(path.join(folders.rules, 'folder.md'));
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    const { rules, problems } = await loadRules(folders, ruleContext(loaded.config, '/home/u'));
    assert.deepEqual(
      rules.map((rule) => rule.name),
      ['A', 'b'],
    );
    assert.deepEqual([...new Set(problems.map((each) => path.basename(each.file)))].sort(), [
      'broken.md',
      'bytes.md',
      'folder.md',
    ]);
  });

  it('warns where a schedule gathers answers of a rule that there is not', async () => {
    const folders = await temporaryHome();
    const gather = (names: string) =>
      `---\non: { schedule: { every: 1h, gather: { rules: [${names}] } } }\n---\nx`;
    await writeFile(path.join(folders.rules, 'notes.md'), GOOD);
    await writeFile(path.join(folders.rules, 'digest.md'), gather('notes, notess'));
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    const { rules, problems } = await loadRules(folders, ruleContext(loaded.config, '/home/u'));
    assert.equal(rules.length, 2);
    assert.deepEqual(
      problems.map(({ key, value, nearest, severity }) => [key, value, nearest, severity]),
      [['on.schedule.gather.rules', 'notess', 'notes', 'warning']],
    );
  });

  it('refuses names that differ only in case', async () => {
    const folders = await temporaryHome();
    await writeFile(path.join(folders.rules, 'A.md'), GOOD);
    await writeFile(path.join(folders.rules, 'a.md'), GOOD);
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    const { rules, problems } = await loadRules(folders, ruleContext(loaded.config, '/home/u'));
    assert.deepEqual([rules.length, problems.length], [1, 1]);
    assert.match(problems[0]?.message ?? '', /differs from A\.md only in case/);
  });

  it('may be missing, which is not the same as empty', async () => {
    const folders = await temporaryHome();
    await rm(folders.rules, { recursive: true });
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    assert.deepEqual(await loadRules(folders, ruleContext(loaded.config, '/home/u')), {
      rules: [],
      problems: [],
      listed: false,
    });
    await mkdir(folders.rules);
    const { listed } = await loadRules(folders, ruleContext(loaded.config, '/home/u'));
    assert.equal(listed, true);
  });

  it('that cannot be listed is a problem, and nothing is said about its rules', async () => {
    const folders = await temporaryHome();
    await rm(folders.rules, { recursive: true });
    await writeFile(folders.rules, 'a file where the folder was');
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    const { rules, problems, listed } = await loadRules(folders, ruleContext(loaded.config, '/home/u'));
    assert.deepEqual([rules, listed], [[], false]);
    assert.deepEqual(
      problems.map((each) => [each.file, each.message]),
      [[folders.rules, 'cannot be listed: ENOTDIR']],
    );
  });
});

/** A running watch whose changes can be awaited one by one. */
async function watching(folders: Parameters<typeof watchConfiguration>[0]['folders'], pollMs: number) {
  const controller = new AbortController();
  let seen = 0;
  let wake = () => {};
  const onChange = () => {
    seen += 1;
    wake();
  };
  const timing = { debounceMs: 20, pollMs };
  const since = await configFingerprint(folders);
  const done = watchConfiguration({ folders, onChange, signal: controller.signal, since, timing });
  return {
    async changes(count: number) {
      while (seen < count) await new Promise<void>((resolve) => (wake = resolve));
      return seen;
    },
    async stop() {
      controller.abort();
      await done;
    },
  };
}

describe('watching the configuration', { timeout: 20_000 }, () => {
  // Far longer than a test may take: what arrives earlier was told by the file system.
  const NEVER = 60_000;

  it('tells of changes to config.yaml, .env and rules, also when they are replaced by a rename', async (t) => {
    const folders = await temporaryHome({ 'config.yaml': 'log_level: INFO\n' });
    const watch = await watching(folders, NEVER);
    t.after(() => watch.stop());
    const steps = [
      () => writeFile(folders.configFile, 'log_level: DEBUG\n'),
      () => writeFile(path.join(folders.config, '.env'), 'CONSCIOUSNESS_LOG_LEVEL=info'),
      () => writeFile(path.join(folders.rules, 'r.md'), GOOD),
      async () => {
        await writeFile(path.join(folders.config, 'new.tmp'), 'log_level: ERROR\n');
        await rename(path.join(folders.config, 'new.tmp'), folders.configFile);
      },
      () => rm(path.join(folders.rules, 'r.md')),
    ];
    for (const [index, step] of steps.entries()) {
      await step();
      assert.equal(await watch.changes(index + 1), index + 1);
    }
  });

  it('says nothing of other files beside them', async (t) => {
    const folders = await temporaryHome();
    const watch = await watching(folders, 20);
    t.after(() => watch.stop());
    await writeFile(path.join(folders.config, 'other.txt'), 'x');
    await writeFile(folders.configFile, '# now\n');
    assert.equal(await watch.changes(1), 1);
  });

  it('sees a rules folder that appears later, by looking now and then', async (t) => {
    const folders = await temporaryHome();
    await rm(folders.rules, { recursive: true });
    const watch = await watching(folders, 20);
    t.after(() => watch.stop());
    await mkdir(folders.rules);
    await writeFile(path.join(folders.rules, 'r.md'), GOOD);
    assert.ok((await watch.changes(1)) >= 1);
  });

  it('tells of what was changed between loading and watching', async (t) => {
    const folders = await temporaryHome();
    const since = await configFingerprint(folders);
    await writeFile(folders.configFile, '# changed meanwhile\n');
    const controller = new AbortController();
    t.after(() => controller.abort());
    await new Promise<void>((resolve) => {
      const timing = { debounceMs: 1, pollMs: NEVER };
      void watchConfiguration({ folders, since, timing, signal: controller.signal, onChange: resolve });
    });
  });

  it('ends at once when told to', async () => {
    const watch = await watching(await temporaryHome(), NEVER);
    await watch.stop();
  });

  it('rejects with what the caller throws', async () => {
    const folders = await temporaryHome();
    const controller = new AbortController();
    const failing = watchConfiguration({
      folders,
      signal: controller.signal,
      since: await configFingerprint(folders),
      timing: { debounceMs: 1, pollMs: 10 },
      onChange: () => {
        throw new Error('a defect');
      },
    });
    const rejected = assert.rejects(failing, /a defect/);
    await writeFile(folders.configFile, '# changed\n');
    await rejected;
  });
});
