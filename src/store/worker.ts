import { parentPort, workerData } from 'node:worker_threads';
import { READS, WRITES } from './catalogue.ts';
import { createGroupCommit } from './group-commit.ts';
import { guardMoves } from './guard-moves.ts';
import { migrate, openSqlite } from './sqlite.ts';
import type { Operation } from './statement.ts';
import { type Call, type Reply, toWire } from './wire.ts';

/** What the thread is started with. */
export interface StoreWorkerData {
  path: string;
  migrations: string;
  role: 'writer' | 'reader';
}

start(workerData);

function start({ path, migrations, role }: StoreWorkerData): void {
  const port = parentPort;
  if (!port) return;
  let replies: Reply[] = [];
  const reply = (each: Reply) => {
    if (replies.push(each) === 1) setImmediate(flush);
  };
  const flush = () => {
    const batch = replies;
    replies = [];
    port.postMessage(batch, transferables(batch));
  };

  try {
    const connection = openSqlite(path, { readOnly: role === 'reader' });
    if (role === 'writer') {
      migrate(connection, path, new URL(migrations));
      guardMoves(connection);
    }
    const group = createGroupCommit(connection);
    // The catalogue's inputs are typed where they are sent from; here a name is only looked up.
    const operations = { ...(role === 'writer' ? WRITES : READS) } as Record<
      string,
      Operation<unknown, unknown>
    >;
    const run = (operation: Operation<unknown, unknown>, input: unknown) =>
      role === 'writer' ? group.submit(operation, input) : Promise.resolve(operation(connection, input));

    port.on('message', (calls: Call[] | 'close') => {
      if (calls === 'close') {
        void group.drained().then(() => {
          connection.close();
          port.close();
        });
        return;
      }
      for (const { id, name, input } of calls) {
        const operation = operations[name];
        if (!operation) reply({ id, error: toWire(new Error(`no operation ${name}`)) });
        else {
          run(operation, input).then(
            (output) => reply({ id, output }),
            (error: unknown) => reply({ id, error: toWire(error) }),
          );
        }
      }
    });
    port.postMessage([{ id: 0, output: null }]);
  } catch (error) {
    port.postMessage([{ id: 0, error: toWire(error) }]);
    port.close();
  }
}

/** Columns go by transfer: 100,000 rows would otherwise be copied. */
function transferables(batch: Reply[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const each of batch) {
    if (!('output' in each) || typeof each.output !== 'object' || each.output === null) continue;
    for (const value of Object.values(each.output)) {
      if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && !Buffer.isBuffer(value))
        buffers.push(value.buffer);
    }
  }
  return buffers;
}
