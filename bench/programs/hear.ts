import parcel from '@parcel/watcher';
import { watch } from 'chokidar';
import { createFilesSense } from '../../src/senses/files/sense.ts';

// Says when each change in a folder is heard of: `NAME NANOSECONDS`, on the clock that all processes share.
const [how = '', folder = '', state = ''] = process.argv.slice(2);
const hear = (path: string) =>
  console.log(`${path.slice(path.lastIndexOf('/') + 1)} ${process.hrtime.bigint()}`);

if (how === 'parcel') {
  await parcel.subscribe(folder, (_, events) => {
    for (const { path } of events) hear(path);
  });
  console.log('ready');
} else if (how === 'chokidar') {
  watch(folder, { ignoreInitial: true })
    .on('all', (_, path) => hear(path))
    .on('ready', () => console.log('ready'));
} else await hearWithSense();

async function hearWithSense(): Promise<void> {
  const { signal } = new AbortController();
  const sense = createFilesSense({
    roots: [{ path: folder, ignorePatterns: [] }],
    debounceMs: 1000,
    ignorePatterns: [],
    stateDirectory: state,
    loadIndex: async () => ({
      paths: '',
      stats: new Float64Array(0),
      hashes: new BigUint64Array(0),
      baselined: false,
    }),
  });
  void sense.ready(signal).then(() => console.log('ready'));
  for await (const { batch, accept } of sense.perceive(signal)) {
    for (const { path, change } of batch.observations)
      if (change !== 'existing' && change !== 'unchanged') hear(path);
    accept();
  }
}
