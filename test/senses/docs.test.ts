import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { PROCESS_METRICS } from '../../src/contract/process.ts';
import { VITALS_METRICS } from '../../src/contract/vitals.ts';

const text = await readFile(new URL('../../docs/senses.md', import.meta.url), 'utf8');

describe('docs/senses.md', () => {
  it('lists every metric as the table in the source does', () => {
    for (const { name, of, unit, means } of VITALS_METRICS)
      assert.ok(text.includes(`| \`${name}\` | ${of} | ${unit} | ${means} |`), name);
    for (const { name, means } of PROCESS_METRICS) {
      const line = text.split('\n').find((each) => each.startsWith(`| \`${name}\` |`));
      assert.ok(line?.includes(means), name);
    }
  });
});
