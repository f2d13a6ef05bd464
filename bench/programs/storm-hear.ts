import parcel from '@parcel/watcher';
import { watch } from 'chokidar';
import { answerQuestions } from '../../test/torture/storm-subject.ts';

// Another watcher in the matrix of storms: what it says is there, and when it last spoke of each path.
const [how = '', root = ''] = process.argv.slice(2);
const known = new Set<string>();
const heard = new Map<string, number>();
let events = 0;

function hear(path: string, isThere: boolean): void {
  const relative = path.slice(root.length + 1);
  events += 1;
  heard.set(relative, Date.now());
  if (isThere) known.add(relative);
  else known.delete(relative);
}

if (how === 'parcel') {
  await parcel.subscribe(root, (_, changes) => {
    for (const { type, path } of changes) hear(path, type !== 'delete');
  });
} else {
  const watcher = watch(root, { ignoreInitial: true });
  watcher
    .on('add', (path) => hear(path, true))
    .on('change', (path) => hear(path, true))
    .on('unlink', (path) => hear(path, false))
    // Where the system refuses a watch it says so, and goes on.
    .on('error', () => undefined);
  await new Promise<void>((resolve) => watcher.on('ready', () => resolve()));
}

answerQuestions({
  view: async () => ({
    known: Array.from(known, (path) => [path, null]),
    heard: [...heard],
    events,
    doubled: 0,
  }),
  digest: async () => ({ digest: '', events }),
});
