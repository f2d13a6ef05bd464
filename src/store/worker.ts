import { type MessagePort, parentPort } from 'node:worker_threads';
import { READS, WRITES } from './catalogue.ts';
import { damaged, damageOf } from './damage.ts';
import { createGroupCommit } from './group-commit.ts';
import { guardMoves } from './guard-moves.ts';
import { boundJournal } from './journal-size.ts';
import { type Opening, openDatabase, recordClosed } from './recover.ts';
import { openSqlite } from './sqlite.ts';
import type { Operation } from './statement.ts';
import { type Call, type Reply, type ThreadStart, toWire } from './wire.ts';

type Message = ThreadStart | Call[] | 'close';

// The entry of a thread of the store; listening is its only work at import.
if (parentPort) serve(parentPort);

function serve(port: MessagePort): void {
  let opened: Promise<Opened> | null = null;
  let replies: Reply[] = [];
  const reply = (each: Reply) => {
    if (replies.push(each) === 1) setImmediate(flush);
  };
  const flush = () => {
    const batch = replies;
    replies = [];
    port.postMessage(batch, transferables(batch));
  };
  port.on('message', (message: Message) => {
    if (message === 'close') {
      void close().then(() => port.close());
    } else if (Array.isArray(message)) {
      for (const { id, name, input } of message) {
        run(name, input).then(
          (output) => reply({ id, output }),
          (error: unknown) => reply({ id, error: toWire(error) }),
        );
      }
    } else {
      opened = open(message);
      opened.then(
        ({ opening }) => port.postMessage([{ id: 0, output: opening }]),
        (error: unknown) => {
          port.postMessage([{ id: 0, error: toWire(error) }]);
          port.close();
        },
      );
    }
  });

  async function run(name: string, input: unknown): Promise<unknown> {
    if (opened === null) throw new Error('no database is open');
    return (await opened).run(name, input);
  }

  async function close(): Promise<void> {
    const open = await opened?.catch(() => null);
    await open?.close();
  }
}

interface Opened {
  /** How the database was found; null for a reader. */
  opening: Opening | null;
  run(name: string, input: unknown): Promise<unknown>;
  close(): Promise<void>;
}

async function open(start: ThreadStart): Promise<Opened> {
  return start.role === 'reader' ? reading(start) : writing(start);
}

function reading({ path }: ThreadStart): Opened {
  const connection = openSqlite(path, { readOnly: true });
  return {
    opening: null,
    run: (name, input) => answer(() => operation(READS, name)(connection, input)),
    async close() {
      connection.close();
    },
  };
}

/** Reads stand in line with the writes: a transaction without a change costs no fsync. */
async function writing({ path, migrations, fresh, now }: ThreadStart): Promise<Opened> {
  const { connection, opening } = await openDatabase({ path, migrations: new URL(migrations), fresh, now });
  guardMoves(connection);
  const journal = boundJournal(connection, path);
  const group = createGroupCommit(connection);
  const operations = { ...WRITES, ...READS };
  return {
    opening,
    run: async (name, input) => group.submit(operation(operations, name), input),
    async close() {
      await group.drained();
      journal.stop();
      connection.close();
      recordClosed(path);
    },
  };
}

/** A question to the reader; that the database is damaged is told as such. */
async function answer(question: () => unknown): Promise<unknown> {
  try {
    return await question();
  } catch (error) {
    const reason = damageOf(error);
    throw reason === null ? error : damaged(reason);
  }
}

function operation(catalogue: object, name: string): Operation<unknown, unknown> {
  // The catalogue's inputs are typed where they are sent from; here a name is only looked up.
  const found = (catalogue as Record<string, Operation<unknown, unknown>>)[name];
  if (!found) throw new Error(`no operation ${name}`);
  return found;
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
