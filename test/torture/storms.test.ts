import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testSlices } from './slice.ts';
import { CASES } from './storm-cases.ts';
import { storms } from './storm-suite.ts';
import { runStorm } from './storms.ts';

testSlices([storms]);

describe('a storm', () => {
  it('is seen to be lost where a watcher tells of nothing', async () => {
    const deaf = { program: ['--input-type=module', '-e', DEAF], hashes: false };
    const [deep] = CASES;
    assert.ok(deep);
    const row = await runStorm(deep, deaf, 1, 0.01);
    assert.ok(row.lost > 100, row.note);
  });
});

const DEAF = `
process.on('message', ({ id }) => process.send({ id, answer: { known: [], heard: [], events: 0, doubled: 0 } }));
process.send('ready');
`;
