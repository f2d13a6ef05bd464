/** Takes so many snapshots of all processes, and prints how many those are and the processor time (µs) of each. */
import { systemClock } from '../../src/base/clock.ts';
import { createProcessReader } from '../../src/senses/processes/open.ts';

const [count = '50'] = process.argv.slice(2);
const reader = await createProcessReader(systemClock);
for (let index = 0; index < 10; index += 1) await reader.snapshot();
for (let index = 0; index < Number(count); index += 1) {
  const before = process.cpuUsage();
  const all = await reader.snapshot();
  const { user, system } = process.cpuUsage(before);
  console.log(`${all.length} ${user + system}`);
}
