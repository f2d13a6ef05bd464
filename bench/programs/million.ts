import { openStore } from '../../src/store/open.ts';
import { filesFrom } from '../observations.ts';
import { memoryMb } from '../process.ts';
import { percentile } from '../statistics.ts';

// Fills a store with events and thoughts while it is asked for the queue at a glance; a JSON line each tenth.
const [file = '', total = ''] = process.argv.slice(2);
const BATCH = 200;
const IN_FLIGHT = 5;
const all = Number(total);
const store = await openStore(file, () => undefined);
const [root] = await store.write('registerRoots', { paths: ['/inbox'], now: 1 });
if (!root) throw new Error('no root was registered');
await store.write('saveRules', { rules: [{ name: 'r', version: 'v1', file: '/r.md', text: '{}' }], now: 1 });

// The thread that answers beside the writer is started at the first question it is asked.
await store.read('queueFacts', undefined);

let times: number[] = [];
let filling = true;
const asking = (async () => {
  while (filling) {
    const began = performance.now();
    await store.read('queueFacts', undefined);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
})();

for (let tenth = 1; tenth <= 10; tenth += 1) {
  for (let from = ((tenth - 1) * all) / 10; from < (tenth * all) / 10; from += IN_FLIGHT * BATCH) {
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, each) =>
        store.write('observe', {
          root: { id: root.id, path: root.path },
          observations: filesFrom(from + each * BATCH, BATCH),
          baselined: true,
          now: Date.now(),
        }),
      ),
    );
  }
  const { queue } = await store.read('queueFacts', undefined);
  const slowest = Math.max(...times);
  const p99 = percentile(times, 0.99);
  console.log(JSON.stringify({ tenth, waiting: queue.waiting, slowest, p99, mb: memoryMb(process.pid).now }));
  times = [];
}
filling = false;
await asking;
await store.close();
