import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRule } from '../../src/config/rule-file.ts';

const context = {
  ...{ providers: ['builtin'], roots: [], outputRoots: [], homedir: '/home/u', mcpTools: {}, webhooks: [] },
  ...{ defaultModels: ['builtin/extract'], ownFolders: [], commands: 'never' as const, file: '/rules/r.md' },
};

function found(on: string) {
  const parsed = parseRule({ ...context, text: `---\non: ${on}\n---\nWhat now?\n` });
  return parsed.ok ? [] : parsed.problems.map(({ key, message, nearest }) => [key, message, nearest]);
}

describe('the metrics of conditions', () => {
  it('are those that are measured; another one is an error that names the nearest', () => {
    assert.deepEqual(found('{ vitals: { when: { metric: disk.percent, of: /home, above: 90 } } }'), []);
    assert.deepEqual(found('{ process: { name: x, when: { metric: memory_mb, above: 90 } } }'), []);
    assert.deepEqual(found('{ vitals: { when: { metric: memory.percnt, above: 90 } } }'), [
      ['on.vitals.when.metric', 'no such metric', 'memory.percent'],
    ]);
    assert.deepEqual(found('{ process: { name: x, when: { metric: cpu.percent, above: 90 } } }'), [
      ['on.process.when.metric', 'no such metric', null],
    ]);
  });

  it('are checked at any depth', () => {
    const deep = '{ all: [{ metric: load.1, above: 2 }, { any: [{ metric: swap.percnt, above: 1 }] }] }';
    assert.deepEqual(found(`{ vitals: { when: ${deep} } }`), [
      ['on.vitals.when.all.1.any.0.metric', 'no such metric', 'swap.percent'],
    ]);
  });

  it('are of something only where there are several', () => {
    assert.deepEqual(found('{ vitals: { when: { metric: cpu.percent, of: core0, above: 90 } } }'), [
      ['on.vitals.when.of', 'cpu.percent is one number: it is not of anything', null],
    ]);
  });
});
