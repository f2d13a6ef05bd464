import type { Row, Suite } from '../torture/suite.ts';
import { DEFENCES, type Defence } from './defences.ts';
import { without } from './without.ts';

/**
 * Each defence of the threat table taken out of the source in turn: the test that is named for it passes with it, and
 * fails without it. A test that passes all the same proves nothing, and fails the whole.
 */
export const defences: Suite = {
  name: 'defences',
  share: 1,
  async run({ slice, until, say }) {
    const chosen = DEFENCES.filter(({ isSlow }) => !slice || isSlow !== true);
    const rows = new Map<string, Row>(
      chosen.map(({ row }) => [row, { name: row, runs: 0, lost: 0, doubled: 0, slowest: 0, violations: [] }]),
    );
    const waiting = [...chosen];
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        // All of them are wanted in any case; there is nothing random in it.
        if (performance.now() > until) say(`late: ${next.source}`);
        const row = rows.get(next.row);
        if (row === undefined) continue;
        const wrong = await problemOf(next);
        row.runs += 1;
        if (wrong === null) continue;
        row.lost += 1;
        row.violations?.push(`${next.source}, ${next.find}: ${wrong}`);
      }
    };
    await Promise.all([work(), work()]);
    return [...rows.values()];
  },
};

/** Why a defence is not proved to be one; null = it is. */
async function problemOf(defence: Defence): Promise<string | null> {
  const within = await without([], defence);
  if (within.kind !== 'passed') return `with it, the test is ${within.kind}: ${within.why}`;
  return holdsWithout(defence);
}

/** What is wrong with the test where the defence is taken out; null = it fails, as it must. */
export async function holdsWithout(defence: Defence): Promise<string | null> {
  const { source, find, put, hangs } = defence;
  const came = await without([{ file: source, find, put }], defence);
  if (came.kind === (hangs ? 'hung' : 'failed')) return null;
  return `without it, "${defence.says}" (${defence.file}) is ${came.kind}: ${came.why}`;
}
