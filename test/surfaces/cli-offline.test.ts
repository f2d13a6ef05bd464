import assert from 'node:assert/strict';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { atLeast } from '../../src/base/dotted-version.ts';
import { judge } from '../../src/surfaces/cli/doctor/inotify.ts';
import { startModelServer } from '../support/model-server.ts';
import { here } from './command-line.ts';
import { running, temporaryFolder } from './running.ts';

const RULE = `---
on:
  file:
    paths: ["INBOX/*.md"]
outputs:
  - write: "NOTES/{{ event.name }}.md"
    body: "{{ answer }}"
---
Summarise.

{{ file.text }}
`;

/** A home with a watched folder, an output folder and the rule `tidy`; no daemon. */
async function home(t: Pick<TestContext, 'after'>, config = ''): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const name of ['inbox', 'notes', 'rules', 'state', 'logs'])
    await mkdir(`${folder}/${name}`, { mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(
    `${folder}/config.yaml`,
    config ||
      `file_watcher: { watch_paths: [${folder}/inbox] }\noutput_roots: [${folder}/notes]\ndefault_models: [builtin/extract]\n`,
  );
  await writeFile(
    `${folder}/rules/tidy.md`,
    RULE.replace('INBOX', `${folder}/inbox`).replace('NOTES', `${folder}/notes`),
  );
  return folder;
}

describe('rules check', () => {
  it('says that all is well, without a daemon', async (t) => {
    const folder = await home(t);
    const { code, out } = await here(['rules', 'check', '--home', folder]);
    assert.equal(code, 0);
    assert.match(out, /ok +tidy/);
    assert.match(out, /1 rule, no errors/);
  });

  it('prints every problem at once, with file, line, key and nearest, and exits 1', async (t) => {
    const folder = await home(t);
    const broken = RULE.replace('paths:', 'pahts:').replace('write:', 'wriet:');
    await writeFile(`${folder}/rules/broken.md`, broken);
    await writeFile(`${folder}/rules/worse.md`, 'no front matter');
    const { code, out } = await here(['rules', 'check', '--home', folder]);
    assert.equal(code, 1);
    assert.match(out, /rules\/broken\.md:4.*pahts/);
    assert.match(out, /did you mean .*paths/);
    assert.match(out, /rules\/broken\.md:6.*wriet/);
    assert.match(out, /rules\/worse\.md/);
    assert.match(out, /ok +tidy/);
    const json = JSON.parse((await here(['rules', 'check', '--json', '--home', folder])).out);
    assert.equal(json.ok, false);
    assert.ok(json.problems.length >= 3);
    assert.deepEqual(
      json.rules.map((rule: { name: string }) => rule.name),
      ['tidy'],
    );
  });

  it('checks only the files that were named, from the folder one is in', async (t) => {
    const folder = await home(t);
    await writeFile(`${folder}/rules/worse.md`, 'no front matter');
    const good = await here(['rules', 'check', 'tidy.md', '--home', folder], { cwd: `${folder}/rules` });
    assert.equal(good.code, 0);
    const missing = await here(['rules', 'check', 'absent.md', '--home', folder], { cwd: `${folder}/rules` });
    assert.equal(missing.code, 1);
    assert.match(missing.out, /absent\.md.*no such file/);
  });

  it('says what is wrong with the configuration where that is in the way', async (t) => {
    const folder = await home(t, 'lm_studio: { timeout: 9000 }\n');
    const { code, out } = await here(['rules', 'check', '--home', folder]);
    assert.equal(code, 1);
    assert.match(out, /config\.yaml:1.*lm_studio\.timeout/);
  });
});

describe('config', () => {
  it('path: names the folders beneath --home', async () => {
    const { out } = await here(['config', 'path', '--json', '--home', '/some/where']);
    assert.deepEqual(JSON.parse(out), {
      config: '/some/where',
      configFile: '/some/where/config.yaml',
      rules: '/some/where/rules',
      state: '/some/where/state',
      logs: '/some/where/logs',
      socket: '/some/where/state/daemon.sock',
    });
  });

  it('show: masks secrets, also with --json and --sources', async (t) => {
    const folder = await home(t);
    const env = { CONSCIOUSNESS_LM_STUDIO__API_KEY: 'sk-very-secret' };
    for (const args of [[], ['--json'], ['--sources'], ['--sources', '--json']]) {
      const { code, out, err } = await here(['config', 'show', ...args, '--home', folder], { env });
      assert.equal(code, 0);
      assert.match(out, /api_key/);
      assert.doesNotMatch(out + err, /sk-very-secret/);
    }
  });

  it('show: is what config.yaml takes', async (t) => {
    const folder = await home(t);
    const { out } = await here(['config', 'show', '--json', '--home', folder]);
    assert.equal(JSON.parse(out).vitals.every, '1m');
  });

  it('show: says of every value where it comes from', async (t) => {
    const folder = await home(t);
    const env = { CONSCIOUSNESS_LM_STUDIO__TIMEOUT: '60' };
    const { out } = await here(['config', 'show', '--sources', '--json', '--home', folder], { env });
    const { values, sources } = JSON.parse(out);
    assert.equal(values.lm_studio.timeout, 60);
    assert.match(sources['lm_studio.timeout'], /CONSCIOUSNESS_LM_STUDIO__TIMEOUT/);
    assert.match(sources['output_roots'], /config\.yaml/);
    assert.equal(sources['lm_studio.max_retries'], 'default');
  });

  it('check: prints all problems and exits 1, or says ok', async (t) => {
    const good = await here(['config', 'check', '--home', await home(t)]);
    assert.equal(good.code, 0);
    assert.match(good.out, /^ok +.*config\.yaml\n$/m);
    const bad = await home(t, 'lm_studoi: {}\nlm_studio: { timeout: 9000 }\n');
    const { code, out } = await here(['config', 'check', '--home', bad]);
    assert.equal(code, 1);
    assert.match(out, /did you mean lm_studio\?/);
    assert.match(out, /lm_studio\.timeout/);
    assert.match(out, /2 errors/);
    assert.equal(
      JSON.parse((await here(['config', 'check', '--json', '--home', bad])).out).problems.length,
      2,
    );
  });

  it('check: says where there is no file yet', async (t) => {
    const { code, out } = await here(['config', 'check', '--home', await temporaryFolder(t)]);
    assert.equal(code, 0);
    assert.match(out, /none yet at .*config\.yaml: defaults are in force/);
  });

  it('schema: is a JSON Schema of the configuration, or of rules', async () => {
    assert.ok('lm_studio' in JSON.parse((await here(['config', 'schema'])).out).properties);
    assert.ok('outputs' in JSON.parse((await here(['config', 'schema', '--rule'])).out).properties);
  });
});

describe('doctor', () => {
  const findings = async (args: string[]) => {
    const { code, out } = await here(['doctor', '--json', ...args]);
    const report: {
      ok: boolean;
      findings: { check: string; status: string; detail: string; mend: string | null }[];
    } = JSON.parse(out);
    const about = (check: string, part: string) =>
      report.findings.find((finding) => finding.check === check && finding.detail.includes(part));
    return { code, ...report, about };
  };

  it('looks at everything and exits 0 where nothing fails', async (t) => {
    const folder = await home(t);
    const { code, ok, about } = await findings(['--home', folder]);
    assert.deepEqual([code, ok], [0, true]);
    assert.equal(about('node', process.versions.node)?.status, 'ok');
    assert.match(about('sqlite', '3.')?.detail ?? '', /^3\.\d+\.\d+$/);
    assert.equal(about('config', 'config.yaml')?.status, 'ok');
    assert.equal(about('rules', 'tidy')?.status, 'ok');
    assert.equal(about('root', '/inbox')?.status, 'ok');
    assert.equal(about('output root', '/notes')?.status, 'ok');
    assert.equal(about('provider', 'lmstudio')?.status, 'ok', 'offline, but no rule names it');
    assert.equal(about('daemon', 'not running')?.mend, `consciousness start --home ${folder}`);
  });

  it('exits 1 where something fails, and says what mends it', async (t) => {
    const folder = await home(t, 'file_watcher: { debounce_seconds: 900 }\n');
    const { code, about } = await findings(['--home', folder]);
    assert.equal(code, 1);
    const finding = about('config', 'debounce_seconds');
    assert.equal(finding?.status, 'fail');
    assert.equal(finding?.mend, `$EDITOR +1 ${folder}/config.yaml`);
  });

  it('warns of folders that others may read and of watched folders that are not there', async (t) => {
    const folder = await home(t);
    await chmod(`${folder}/state`, 0o755);
    await rm(`${folder}/inbox`, { recursive: true });
    const { code, about } = await findings(['--home', folder]);
    assert.equal(code, 0);
    assert.equal(about('folder', '/state')?.mend, `chmod 700 ${folder}/state`);
    assert.equal(about('root', '/inbox')?.mend, `mkdir -p ${folder}/inbox`);
  });

  it('fails where a watched folder is a file', async (t) => {
    const folder = await home(t);
    await rm(`${folder}/inbox`, { recursive: true });
    await writeFile(`${folder}/inbox`, '');
    assert.equal((await findings(['--home', folder])).about('root', 'not a folder')?.status, 'fail');
  });

  it('says of an empty home what there is not yet', async (t) => {
    const { about } = await findings(['--home', await temporaryFolder(t)]);
    assert.match(about('config', 'config.yaml')?.detail ?? '', /none yet at/);
    assert.match(about('output root', 'no output_roots')?.mend ?? '', /output_roots: \[~\/Notes\]/);
  });

  it('asks the servers themselves, and lets those that are named answer', async (t) => {
    const up = await startModelServer();
    const mute = await startModelServer();
    mute.misbehave = (_prompt, response) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"out of memory"}');
      return true;
    };
    t.after(() => Promise.all([up.stop(), mute.stop()]));
    const server = (name: string, url: string) =>
      `  ${name}: { type: openai-compatible, base_url: "${url}", model: test-model }\n`;
    const folder = await home(
      t,
      `providers:\n${server('up', up.url)}${server('mute', mute.url)}${server('idle', mute.url)}${server('down', 'http://127.0.0.1:9/v1')}` +
        'default_models: [up/test-model, mute/test-model, down/x]\n',
    );
    const { about } = await findings(['--home', folder]);
    assert.match(about('provider', 'up at')?.detail ?? '', /test-model loaded, answered in/);
    assert.match(
      about('provider', 'mute at')?.detail ?? '',
      /lists models and does not answer: .*out of memory/,
    );
    assert.match(about('provider', 'idle at')?.detail ?? '', /no rule names it/);
    assert.equal(about('provider', 'down at')?.status, 'warn');
    assert.equal(about('provider', 'down at')?.mend, 'curl http://127.0.0.1:9/v1/models');
    assert.deepEqual(up.prompts, ['Say: OK']);
  });

  it('says what a running daemon holds', async (t) => {
    const { home: folder, daemon } = await running(t);
    daemon.holds = [{ what: 'provider', name: 'lmstudio', reason: 'offline', since: '', thoughts: 2 }];
    const { about } = await findings(['--home', folder]);
    assert.equal(about('daemon', 'runs')?.status, 'ok');
    assert.equal(about('hold', '2 thoughts for provider lmstudio')?.status, 'warn');
  });

  it('asks no model for an answer with --fast, and tells its context all the same', async (t) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.method ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: [{ id: 'qwen3-8b', meta: { n_ctx: 512 } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const folder = await home(
      t,
      `lm_studio: { base_url: "http://127.0.0.1:${address.port}/v1" }\noutput_roots: [/nowhere/notes]\n`,
    );
    await rm(`${folder}/rules/tidy.md`);
    await writeFile(`${folder}/rules/ask.md`, '---\non: { request: {} }\n---\n{{ request.text }}\n');
    const { about } = await findings(['--fast', '--home', folder]);
    assert.match(about('provider', 'lmstudio')?.detail ?? '', /not asked for an answer/);
    assert.match(about('context', '512 tokens')?.mend ?? '', /--context-length 4096/);
    assert.ok(!asked.includes('POST'));
  });

  it('prints a line a finding for people', async (t) => {
    const { out } = await here(['doctor', '--home', await home(t)]);
    assert.match(out, /^ok {4}node +\d/m);
    assert.match(out, /mend: consciousness start/);
  });

  it('warns when the folders do not fit the inotify limit, with the sysctl command', () => {
    assert.equal(judge(65_536, 100, 10).status, 'ok');
    const tight = judge(8192, 100, 8000);
    assert.equal(tight.status, 'warn');
    assert.match(
      tight.mend ?? '',
      /fs\.inotify\.max_user_watches=524288 \| sudo tee .* && sudo sysctl --system/,
    );
    assert.equal(judge(8192, 7000, 1000).status, 'warn');
  });

  it('compares versions by their numbers', () => {
    assert.equal(atLeast('24.9.0', '24.15'), false);
    assert.equal(atLeast('24.15.0', '24.15'), true);
    assert.equal(atLeast('25.0.0', '24.15'), true);
    assert.equal(atLeast('3.51.3', '3.51.3'), true);
    assert.equal(atLeast('3.51.2', '3.51.3'), false);
  });
});
