import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { whyOwnLog } from '../../src/main/own-logs.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'own-logs-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('a log that this daemon writes', () => {
  it('is known behind a link, and where the folder itself is one', async (t) => {
    const place = folder(t);
    mkdirSync(join(place, 'state'));
    writeFileSync(join(place, 'state', 'daemon.log'), '');
    writeFileSync(join(place, 'other.log'), '');
    symlinkSync(join(place, 'state', 'daemon.log'), join(place, 'link.log'));
    symlinkSync(join(place, 'state'), join(place, 'notes'));
    for (const own of ['state', 'notes'])
      assert.match(
        (await whyOwnLog(join(place, 'link.log'), [join(place, own)])) ?? '',
        /where this daemon writes: it would hear itself$/,
      );
    for (const other of ['other.log', 'absent.log'])
      assert.equal(await whyOwnLog(join(place, other), [join(place, 'state')]), null);
  });

  it('is known where its output was sent into a file', (t) => {
    const printed = join(folder(t), 'out.txt');
    const file = openSync(printed, 'w');
    const module = new URL('../../src/main/own-logs.ts', import.meta.url).href;
    const program = `const { whyOwnLog } = await import(${JSON.stringify(module)});
      process.stdout.write(await whyOwnLog(${JSON.stringify(printed)}, []) ?? 'not known');`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', file],
      encoding: 'utf8',
    });
    assert.equal(said, 'is what this daemon prints: it would hear itself');
  });
});
