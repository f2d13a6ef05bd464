// Runs the tests of one file that are named so, and tells of each as a line of JSON, on a pipe of its own.
import { writeSync } from 'node:fs';
import { run } from 'node:test';

/** One test that ran. */
export interface Told {
  name: string;
  /** Null: it passed. */
  failure: { type: string; message: string } | null;
}

const PIPE = 3;
/** What a test has left open that failed would keep the process for ever; what its suite tidies up has so long. */
const GRACE_MS = 2000;
const [file = '', says = ''] = process.argv.slice(2);

run({
  files: [file],
  testNamePatterns: [new RegExp(`^${RegExp.escape(says)}$`)],
  isolation: 'none',
  timeout: 30_000,
})
  .on('test:pass', ({ name, details, skip }) => {
    if (details.type !== 'suite' && skip === undefined) tell({ name, failure: null });
  })
  .on('test:fail', ({ name, details }) => {
    if (details.type !== 'suite') tell({ name, failure: failureOf(details.error) });
  })
  .resume();

function tell(told: Told): void {
  writeSync(PIPE, `${JSON.stringify(told)}\n`);
  if (says.endsWith(told.name)) setTimeout(() => process.exit(), GRACE_MS).unref();
}

/** What the test threw: it comes wrapped. */
function failureOf(error: Error): NonNullable<Told['failure']> {
  const { cause = error } = error;
  if (!(cause instanceof Error)) return { type: typeof cause, message: String(cause) };
  return { type: cause.name, message: cause.message };
}
