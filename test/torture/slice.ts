import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRight, type Suite } from './suite.ts';

/** Fixed, so that CI tries the same each time; `npm run torture` takes another one each time. */
const SEED = 1;

/** Tests the fixed slices of suites. */
export function testSlices(suites: readonly Suite[]): void {
  describe('torture, in its fixed slice', () => {
    for (const suite of suites) {
      it(`${suite.name}: nothing is lost and nothing is doubled, and what must fail fails`, async () => {
        const rows = await suite.run({
          seed: SEED,
          until: Number.POSITIVE_INFINITY,
          slice: true,
          say: () => undefined,
        });
        assert.ok(rows.length > 0);
        for (const row of rows) {
          const told = (row.violations ?? []).join('\n');
          assert.ok(
            isRight(row),
            `${row.name}: ${row.runs} runs, lost ${row.lost}, doubled ${row.doubled}\n${told}\n` +
              `replay: npm run torture -- --only ${suite.name} --seed ${row.seed ?? SEED} --slice`,
          );
        }
      });
    }
  });
}
