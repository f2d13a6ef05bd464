import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProcessRow } from '../../src/contract/process-view.ts';
import type { VitalsView } from '../../src/contract/vitals-view.ts';
import { chartsOf, figure, fittingRange, timesOf } from '../../web/src/machine/charts.ts';
import { lonely, plotOptions, roomFor } from '../../web/src/machine/plot.ts';
import { beneath, shownProcesses } from '../../web/src/machine/processes.ts';
import { linesIn, marksOf, rangeOfLine } from '../../web/src/rules/text.ts';

function vitals(...keys: string[]): VitalsView {
  return {
    from: '2026-11-26T12:00:00Z',
    to: '2026-11-26T12:04:00Z',
    series: keys.map((key) => ({ key, now: 5, least: 1, average: 3, most: 9, values: [1, null, 3, 9] })),
  };
}

describe('charts of the vitals', () => {
  it('gather what belongs together, and leave out what was not measured', () => {
    const charts = chartsOf(
      vitals('cpu.percent', 'disk.read_mb_s sda', 'disk.write_mb_s sda', 'disk.read_mb_s sdb'),
    );
    assert.deepEqual(
      charts.map(({ title, lines }) => [title, lines.map(({ label }) => label)]),
      [
        ['Processor', ['in use']],
        ['Disk traffic', ['sda read', 'sdb read', 'sda written']],
      ],
    );
    assert.deepEqual(chartsOf(vitals()), []);
  });

  it('of many disks show some and count the others', () => {
    const [chart] = chartsOf(vitals(...Array.from({ length: 9 }, (_, at) => `disk.percent /mnt/${at}`)));
    assert.equal(chart?.lines.length, 5);
    assert.equal(chart?.more, 4);
  });

  it('keep their gaps, and have each span in its middle', () => {
    const view = vitals('cpu.percent');
    assert.deepEqual(
      timesOf(view).map((time) => time - Date.parse(view.from) / 1000),
      [30, 90, 150, 210],
    );
    assert.deepEqual(chartsOf(view)[0]?.lines[0]?.values, [1, null, 3, 9]);
    const [chart] = chartsOf(view);
    assert.ok(chart);
    const ink = { lines: ['#123456'], grid: '#eee', words: '#333', font: '12px x' };
    assert.equal(plotOptions(chart, ink, 400).series[1]?.spanGaps, false);
  });

  it('have room above their highest value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (most) =>
        assert.ok(roomFor(most) >= most),
      ),
    );
    assert.equal(roomFor(0), 1);
  });

  it('begin with the shortest range that holds all that there is', () => {
    const of = (values: (number | null)[]) => {
      const view = vitals('cpu.percent');
      return { ...view, series: view.series.map((each) => ({ ...each, values })) };
    };
    assert.equal(fittingRange(of([null, null, null, null, null, null, null, 1]), '6h'), '1h');
    assert.equal(fittingRange(of([1, 2, null, 3]), '6h'), '6h');
    assert.equal(fittingRange(of([null, null]), '6h'), '6h');
    assert.equal(fittingRange(vitals(), '6h'), '6h');
  });

  it('show a value that stands alone', () => {
    assert.deepEqual(lonely([1, null, 2, 3, null, null, 4]), [0, 6]);
  });

  it('name values with their unit', () => {
    assert.deepEqual(
      [figure(12, '%'), figure(0.344, 'MB/s'), figure(48.24, '°C'), figure(null, '%')],
      ['12 %', '0.34 MB/s', '48.2 °C', '–'],
    );
  });
});

describe('the table of processes', () => {
  const tree = [row(1, 0, 1), row(2, 1, 10), row(3, 2, 5), row(4, 1, 2), row(5, 0, 7)];

  it('hides what is beneath a folded one, and nothing else', () => {
    const shown = (...folded: number[]) =>
      shownProcesses(tree, { sort: 'cpu', tree: true, folded: new Set(folded) }).map(({ pid }) => pid);
    assert.deepEqual(shown(), [1, 2, 3, 4, 5]);
    assert.deepEqual(shown(2), [1, 2, 4, 5]);
    assert.deepEqual(shown(1), [1, 5]);
    assert.deepEqual(shown(1, 2), [1, 5]);
  });

  it('sums up what is beneath each', () => {
    assert.deepEqual(beneath(tree).get(1), { children: 3, cpu: 18, memoryMb: 40 });
    assert.deepEqual(beneath(tree).get(5), { children: 0, cpu: 7, memoryMb: 10 });
  });

  it('is sorted by what is asked for, the greatest first', () => {
    const sorted = shownProcesses(tree, { sort: 'cpu', tree: false, folded: new Set() });
    assert.deepEqual(
      sorted.map(({ pid }) => pid),
      [2, 5, 3, 4, 1],
    );
  });
});

describe('a line of a rule', () => {
  it('is found in its text', () => {
    const text = '---\non: x\n---\nlast';
    assert.equal(linesIn(text), 4);
    const { from, to } = rangeOfLine(text, 2);
    assert.equal(text.slice(from, to), 'on: x');
    assert.deepEqual(rangeOfLine(text, 99), rangeOfLine(text, 4));
  });

  it('has the mark of the worst that is said of it', () => {
    const marks = marksOf([
      { line: 2, severity: 'warning' },
      { line: 2, severity: 'error' },
      { line: 3, severity: 'warning' },
      { line: null, severity: 'error' },
    ]);
    assert.deepEqual(
      [...marks],
      [
        [2, 'error'],
        [3, 'warning'],
      ],
    );
  });
});

function row(pid: number, depth: number, cpu: number): ProcessRow {
  return {
    ...{
      pid,
      depth,
      cpu,
      parent: 0,
      name: `p${pid}`,
      command: '',
      started: '2026-11-26T12:00:00Z',
      memoryMb: 10,
    },
    ...{ status: 'sleeping', threads: 1 },
  };
}
