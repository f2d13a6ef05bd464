import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../support/seeded-random.ts';
import { temporaryFolder } from '../../support/store.ts';

/** How long the writer writes; more in a longer run. */
const WRITES_MS = Number(process.env['LOG_TORTURE_MS'] ?? 6000);
const SEED = Number(process.env['LOG_TORTURE_SEED'] ?? 1);
const CATCHES_UP_WITHIN = 60_000;

function run(name: string, ...args: string[]): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  // A killed process may tear its coverage file.
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
}

describe('a follower that is killed again and again while the log is rotated', () => {
  it('has every line exactly once', async (t) => {
    const folder = temporaryFolder(t);
    const [path, database] = [join(folder, 'app.log'), join(folder, 'told.db')];
    const random = seededRandom(SEED);
    appendFileSync(path, 'line from before\n');
    const readers = new Map<ChildProcess, Promise<unknown[]>>();
    t.after(() => {
      for (const each of readers.keys()) each.kill('SIGKILL');
    });
    const read = async (sign: string) => {
      const reader = run('scenario-reader.ts', path, database);
      readers.set(reader, once(reader, 'exit'));
      let said = '';
      for await (const data of reader.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
        said += data;
        if (said.includes(sign)) break;
      }
      reader.stdout?.resume();
      return reader;
    };
    const kill = async (reader: ChildProcess) => {
      reader.kill('SIGKILL');
      const [code] = (await readers.get(reader)) ?? [];
      assert.equal(code, null, 'it ended by itself');
      readers.delete(reader);
    };

    // What it keeps first is the cursor at the end of what was there before.
    await kill(await read('kept'));
    const writer = run('scenario-writer.ts', path, String(SEED), String(WRITES_MS));
    t.after(() => writer.kill('SIGKILL'));
    let written = 0;
    writer.stdout?.on('data', (data) => {
      written = Number(data);
    });
    const isWriting = once(writer, 'exit');
    let lives = 0;
    for (let writing = true; writing; lives += 1) {
      const reader = await read('started');
      writing = await Promise.race([isWriting.then(() => false), sleep(random.below(400), true)]);
      await kill(reader);
    }

    const last = await read('started');
    const deadline = performance.now() + CATCHES_UP_WITHIN;
    let told = lines(database);
    while (!told.includes(written - 1) && performance.now() < deadline) {
      await sleep(100);
      told = lines(database);
    }
    await kill(last);
    t.diagnostic(`${written} lines, ${lives} kills`);
    assert.ok(written > 100);
    assert.deepEqual(
      Array.from({ length: written }, (_, at) => at).filter((each) => !told.includes(each)),
      [],
      'never told',
    );
    assert.equal(told.length, written, 'told twice');
  });
});

/** The numbers of the lines that were told, whole. */
function lines(database: string): number[] {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const texts = db.prepare('SELECT text FROM told ORDER BY rowid').all();
    return texts.flatMap(({ text }) =>
      String(text)
        .split('\n')
        .flatMap((line) => /^line (\d+)\. /.exec(line)?.[1] ?? [])
        .map(Number),
    );
  } finally {
    db.close();
  }
}
