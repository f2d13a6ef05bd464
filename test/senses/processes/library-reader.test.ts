import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { createLibraryReader } from '../../../src/senses/processes/library-reader.ts';
import { run } from './proc.ts';

const skip = process.platform === 'win32' ? 'starts programs of Unix' : false;

describe('the reader over the library', { skip }, () => {
  it('sees a process come and end, and says of it what the system does', async (t) => {
    const reader = createLibraryReader(systemClock);
    await reader.snapshot();
    const child = run(t, process.execPath, '-e', 'console.log("ready"); setInterval(() => {}, 1e6)');
    await child.line();
    const until = performance.now() + 20_000;
    let facts = (await reader.look([])).came.find(({ pid }) => pid === child.pid);
    while (facts === undefined && performance.now() < until) {
      // The library answers the same within half a second.
      await systemClock.sleep(100);
      facts = (await reader.look([])).came.find(({ pid }) => pid === child.pid);
    }
    assert.ok(facts);
    assert.equal(facts.parent, process.pid);
    assert.match(facts.name, /^node/);
    assert.match(facts.command, /setInterval/);
    assert.ok(facts.memoryMb > 10 && facts.memoryMb < 500, `${facts.memoryMb} MB`);
    assert.ok(Math.abs(facts.started - Date.now()) < 30_000);
    child.kill();
    let ended = (await reader.look([facts])).ended;
    while (ended.length === 0 && performance.now() < until) {
      await systemClock.sleep(100);
      ended = (await reader.look([facts])).ended;
    }
    assert.deepEqual(
      ended.map(({ identity }) => identity),
      [facts.identity],
      'the same identity, although its start is reckoned anew each time',
    );
  });
});
