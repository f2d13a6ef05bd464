import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { isRight, type Row } from '../test/torture/suite.ts';
import { SUITES } from '../test/torture/suites.ts';
import { tableOf } from '../test/torture/table.ts';

const NAMES = SUITES.map(({ name }) => name);
const USAGE = `npm run torture [-- [--seed N] [--minutes M] [--only NAME]… [--slice]], NAME one of ${NAMES.join(', ')}
  --seed N     everything random follows from it; default: another one each time
  --minutes M  how long, shared among the suites; default: 10
  --only NAME  this suite alone, or several with one --only each
  --slice      the fixed small part that runs inside \`npm test\``;

/** A limit that is never met: the slice ends by itself. */
const LONG_MS = 3_600_000;

process.exitCode = await torture();

async function torture(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      only: { type: 'string', multiple: true },
      slice: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const minutes = Number(values.minutes ?? 10);
  const only = values.only ?? NAMES;
  const unknown = only.filter((name) => !NAMES.includes(name));
  if (values.help || unknown.length > 0 || !Number.isSafeInteger(seed) || !(minutes > 0)) {
    console.error(unknown.length > 0 ? `no suite ${unknown.join(', ')}\n${USAGE}` : USAGE);
    return values.help ? 0 : 2;
  }
  if (process.platform !== 'linux') {
    console.error('pauses are watched in /proc: torture needs Linux');
    return 2;
  }

  const slice = values.slice === true;
  const chosen = SUITES.filter(({ name }) => only.includes(name));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const began = performance.now();
  const all: { suite: string; row: Row }[] = [];
  for (const suite of chosen) {
    console.log(`${suite.name} …`);
    const until = performance.now() + (slice ? LONG_MS : (minutes * 60_000 * suite.share) / shares);
    const rows = await suite.run({ seed, until, slice, say: (line) => console.log(`  ${line}`) });
    all.push(...rows.map((row) => ({ suite: suite.name, row })));
  }

  console.log(`\n${tableOf(all.map(({ row }) => row))}\n`);
  const wrong = all.filter(({ row }) => !isRight(row));
  for (const { suite, row } of wrong) {
    console.log(`\n${row.name}:`);
    for (const violation of row.violations ?? []) console.log(`  ${violation}`);
    console.log(
      `  replay: npm run torture -- --only ${suite} --seed ${row.seed ?? seed}${slice ? ' --slice' : ''}`,
    );
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  const runs = all.reduce((sum, { row }) => sum + row.runs, 0);
  console.log(
    `seed ${seed}, ${runs} runs in ${seconds} s on ${cpus().length} processors, Node ${process.versions.node}: ` +
      (wrong.length === 0 ? 'everything is as it must be' : `${wrong.length} rows are not as they must be`),
  );
  return wrong.length === 0 ? 0 : 1;
}
