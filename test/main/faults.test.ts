import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fromFs } from '../../src/base/path-text.ts';
import { BIN, cli, copyRule, createHome, type Home, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { fill, mountSmall } from '../support/mount.ts';
import { temporaryFolder } from '../support/store.ts';

async function documents(t: TestContext) {
  const server = await startModelServer(
    (prompt) => /BEGIN DOCUMENT \w+\n([\s\S]*)\nEND/.exec(prompt)?.[1] ?? '',
  );
  t.after(() => server.stop());
  return server;
}

describe('a full disk', () => {
  it('where notes go holds their thoughts, answered, and they are written when there is room', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    using disk = mountSmall(t, home.notes, 'size=64k');
    if (!disk) return;
    home.rule('copy', copyRule(home));
    const ballast = join(home.notes, 'ballast');
    writeFileSync(ballast, Buffer.alloc(60 * 1024));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'long.md'), 'a long letter '.repeat(1000));
    await daemon.saw((event) => event.type === 'hold' && event.held && event.what === 'root', 'the hold');
    const status = JSON.parse((await cli(home, 'status', '--json')).stdout);
    assert.equal(status.queue.answered, 1);
    assert.match(status.holds[0].reason, /disk is full/);
    rmSync(ballast);
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['long.md']);
    assert.equal(server.prompts.length, 1, 'the model was not asked again');
    await daemon.end();
  });

  it('under the database pauses intake visibly, loses nothing, and goes on by itself', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    using disk = mountSmall(t, state, 'size=24m');
    if (!disk) return;
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'before.md'), 'before');
    await daemon.reached('done', 1);
    const ballast = join(state, 'ballast');
    try {
      writeFileSync(ballast, Buffer.alloc(32 * 1024 * 1024));
    } catch {
      // It is as large as the disk allows: that is the point.
    }
    // More than the pages that the database still owns can take.
    for (let n = 0; n < 40; n += 1) writeFileSync(join(home.inbox, `${n}.md`), `${n} `.repeat(20_000));
    await daemon.saw((event) => event.type === 'hold' && event.held && event.what === 'store', 'the hold');
    rmSync(ballast);
    await daemon.reached('done', 41);
    assert.equal(home.noteNames().length, 41);
    await daemon.end();
  });
});

describe('a disk that is full when the daemon starts', () => {
  /** A home whose state has no byte left, though its database is well. */
  async function fullHome(t: TestContext) {
    const server = await documents(t);
    const home = createHome(t, server.url);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    const disk = mountSmall(t, state, 'size=24m');
    if (!disk) return null;
    home.rule('copy', copyRule(home));
    await (await startDaemon(t, home)).end();
    const ballast = join(state, 'ballast');
    fill(ballast);
    return { home, ballast, disk };
  }

  /** Starts it, and resolves when it has said that it waits. */
  async function startWaiting(t: TestContext, home: Home) {
    const child = spawn(process.execPath, [BIN, 'start', '--home', home.folder, '--json']);
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    let stderr = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (data) => {
        stderr += data;
        if (/waiting: the database .* cannot be opened: .*make room/.test(stderr)) resolve();
      });
      void ended.then(([code]) => reject(new Error(`it ended with ${code}: ${stderr}`)));
    });
    return { child, ended };
  }

  it('makes it wait, say why, and begin when there is room', async (t) => {
    const full = await fullHome(t);
    if (!full) return;
    using _disk = full.disk;
    const { child, ended } = await startWaiting(t, full.home);
    rmSync(full.ballast);
    // The banner: it listens.
    await once(child.stdout, 'data');
    writeFileSync(join(full.home.inbox, 'f.md'), 'text');
    while (!full.home.noteNames().includes('f.md')) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });

  it('lets it be stopped while it waits, with exit 0', async (t) => {
    const full = await fullHome(t);
    if (!full) return;
    using _disk = full.disk;
    const { child, ended } = await startWaiting(t, full.home);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});

describe('files that cannot be read', () => {
  it('leave a visible reason on the thought, and everything else goes on', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'empty.md'), '');
    writeFileSync(join(home.inbox, 'binary.md'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 0]));
    writeFileSync(join(home.inbox, 'huge.md'), '');
    truncateSync(join(home.inbox, 'huge.md'), 2 ** 31);
    symlinkSync('/etc/hostname', join(home.inbox, 'link.md'));
    writeFileSync(join(home.inbox, 'fine.md'), 'fine');
    await daemon.reached('dead', 3);
    await daemon.reached('done', 1);
    const reasons = Object.fromEntries(
      (await thoughtsOf(home, '--state', 'dead')).map((row) => [
        row.context.path?.split('/').at(-1),
        row.reason,
      ]),
    );
    assert.match(reasons['empty.md'] ?? '', /empty/);
    assert.match(reasons['binary.md'] ?? '', /PNG|binary/i);
    assert.ok((reasons['huge.md'] ?? '').length > 0);
    assert.match((await cli(home, 'explain', join(home.inbox, 'link.md'))).stdout, /link/i);
    assert.deepEqual(home.noteNames(), ['fine.md']);
    await daemon.end();
  });

  it('say which mode stands in the way', async (t) => {
    if (process.getuid?.() === 0) return t.skip('root may read everything');
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'secret.md'), 'text');
    chmodSync(join(home.inbox, 'secret.md'), 0);
    await daemon.reached('dead', 1);
    assert.match((await thoughtsOf(home))[0]?.reason ?? '', /mode/);
    await daemon.end();
  });
});

describe('many answered thoughts', () => {
  it('whose outputs were held through a crash are all applied, each once', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    rmdirSync(home.notes);
    const FILES = 150;
    const daemon = await startDaemon(t, home, { killed: true });
    for (let n = 0; n < FILES; n += 1) writeFileSync(join(home.inbox, `${n}.md`), `text ${n}`);
    await daemon.reached('answered', FILES);
    await daemon.end('SIGKILL');
    mkdirSync(home.notes);
    const again = await startDaemon(t, home);
    await again.reached('done', FILES);
    assert.equal(home.noteNames().length, FILES);
    assert.equal(server.prompts.length, FILES);
    await again.end();
  });
});

describe('names', () => {
  it('of any bytes are perceived, shown escaped, and found again by explain', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('{{ event.name }}', '{{ event.name | slug }}.txt'));
    const daemon = await startDaemon(t, home);
    const names = [
      Buffer.from('caf\xe9.md', 'latin1'),
      Buffer.from('line\nbreak.md'),
      Buffer.from('«héé» 🎈.md'),
    ];
    for (const name of names) {
      writeFileSync(Buffer.concat([Buffer.from(`${home.inbox}/`), name]), 'text');
    }
    await daemon.reached('done', names.length);
    for (const name of names) {
      const shown = `${home.inbox}/${fromFs(name)}`;
      const explained = JSON.parse((await cli(home, 'explain', shown, '--json')).stdout);
      assert.equal(explained.thoughts[0]?.state, 'done', shown);
    }
    assert.match((await cli(home, 'thoughts')).stdout, /caf\\xe9\.md/);
    await daemon.end();
  });
});

describe('a watched folder', () => {
  it('that does not exist yet is offline, and what lands in it later is thought', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    rmdirSync(home.inbox);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    await daemon.saw((event) => event.type === 'root' && event.state === 'offline', 'offline');
    mkdirSync(home.inbox);
    await daemon.saw((event) => event.type === 'root' && event.state === 'watching', 'watching');
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.reached('done', 1);
    await daemon.end();
  });
});

describe('a thought whose folder goes away before its text is stored', () => {
  it('waits, and is thought when the folder is back', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('settle: 50ms', 'settle: 2s'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.saw((event) => event.type === 'perceived', 'the file');
    renameSync(home.inbox, `${home.inbox}-away`);
    await daemon.saw((event) => event.type === 'root' && event.state === 'offline', 'offline');
    const isLater = async () => /offline|changed/.test((await thoughtsOf(home))[0]?.reason ?? '');
    while (!(await isLater()));
    renameSync(`${home.inbox}-away`, home.inbox);
    await daemon.reached('done', 1);
    assert.equal(home.note('f.md'), 'text');
    await daemon.end();
  });
});

describe('two homes with one database', () => {
  it('are one too many: the second daemon ends with exit 75', async (t) => {
    const first = createHome(
      t,
      'http://127.0.0.1:9/v1',
      `db_path: "${join(temporaryFolder(t), 'shared.db')}"\n`,
    );
    const second = createHome(t, 'http://127.0.0.1:9/v1');
    const shared = /^db_path: .*$/m.exec(readFileSync(join(first.folder, 'config.yaml'), 'utf8'))?.[0] ?? '';
    second.config(`${shared}\n`);
    const daemon = await startDaemon(t, first);
    await assert.rejects(startDaemon(t, second), /ended with 75/);
    await daemon.end();
  });
});

describe('an output', () => {
  it('whose root is away is held, and applied when it is there', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    rmdirSync(home.notes);
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.saw((event) => event.type === 'hold' && event.held && event.what === 'root', 'the hold');
    mkdirSync(home.notes);
    await daemon.reached('done', 1);
    assert.equal(home.note('f.md'), 'text');
    assert.equal(server.prompts.length, 1);
    await daemon.end();
  });

  it('that is applied beside a held one is not applied again when a person moves it', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    const away = join(home.folder, 'away');
    home.config(
      `lm_studio: { base_url: "${server.url}", model: test-model }\nfile_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.notes}", "${away}"]\n`,
    );
    home.rule(
      'copy',
      copyRule(home).replace(
        '\n---\nSay',
        `\n  - write: "${away}/{{ event.name }}"\n    body: "{{ answer }}"\n---\nSay`,
      ),
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === away, 'the hold');
    renameSync(join(home.notes, 'f.md'), join(home.notes, 'moved.md'));
    mkdirSync(away);
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['moved.md']);
    await daemon.end();
  });

  it('that a link would take out of its root is refused, and the thought says so', async (t) => {
    const server = await documents(t);
    const home = createHome(t, server.url);
    const outside = join(home.folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(home.notes, 'sub'));
    home.rule('copy', copyRule(home).replace(`${home.notes}/`, `${home.notes}/sub/`));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.reached('dead', 1);
    assert.match((await thoughtsOf(home))[0]?.reason ?? '', /outside every output root/);
    assert.deepEqual(readdirSync(outside), []);
    await daemon.end();
  });
});
