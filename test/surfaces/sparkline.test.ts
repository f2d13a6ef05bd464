import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sparkline } from '../../src/surfaces/cli/sparkline.ts';

describe('a sparkline', () => {
  it('draws the least as the lowest bar and the most as the highest, and nothing where there is none', () => {
    assert.equal(sparkline([0, 50, null, 100]), '▁▅ █');
    assert.equal(sparkline([7, 7]), '▁▁');
    assert.equal(sparkline([]), '');
    assert.equal(sparkline([40, 60], 0, 100), '▄▅');
  });

  it('has a character for each value, in the order of the values', () => {
    const bars = '▁▂▃▄▅▆▇█';
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const line = [...sparkline(values)];
        assert.equal(line.length, values.length);
        values.forEach((value, at) => {
          values.forEach((other, beside) => {
            if (value < other)
              assert.ok(bars.indexOf(line[at] ?? '') <= bars.indexOf(line[beside] ?? ''), `${line.join('')}`);
          });
        });
      }),
    );
  });
});
