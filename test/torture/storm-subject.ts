import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** What a watcher believes after a storm. */
export interface View {
  /** Path relative to the root, and the hash of its content where the watcher knows it. */
  known: [path: string, hash: string | null][];
  /** When each path was last heard of (epoch ms); only of watchers that know no content. */
  heard: [path: string, at: number][];
  events: number;
  /** Events that said what an earlier one had said. */
  doubled: number;
}

/** A watcher in a process of its own. */
export interface Subject {
  view(): Promise<View>;
  /** Digest of what it knows, comparable with {@link digestOf}; empty where it knows no content. */
  digest(): Promise<{ digest: string; events: number }>;
  /** Keeps its main thread from doing anything for so long (ms). */
  block(milliseconds: number): Promise<void>;
  stop(): void;
  go(): void;
  close(): Promise<void>;
}

/** What the parent asks a watcher's process, over IPC. */
export type Question = { id: number } & ({ ask: 'view' | 'digest' } | { ask: 'block'; milliseconds: number });

/** Starts a program that watches `root`, given as its last argument; `watches` limits the kernel's watches for it. */
export async function startSubject(
  program: string[],
  root: string,
  watches: number | null = null,
): Promise<Subject> {
  const command = [process.execPath, ...program, root];
  const limited = [
    'unshare',
    '-Ur',
    'sh',
    '-c',
    `echo ${watches} > /proc/sys/user/max_inotify_watches && exec "$@"`,
    'sh',
    ...command,
  ];
  const [executable = '', ...args] = watches === null ? command : limited;
  const child = spawn(executable, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  const ask = asking(child);
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (first !== 'ready') throw new Error(`the watcher's process ended with ${first}`);
  return {
    // The answers' shapes are those of the programs, which are part of this suite.
    view: async () => (await ask({ ask: 'view' })) as View,
    digest: async () => (await ask({ ask: 'digest' })) as { digest: string; events: number },
    async block(milliseconds) {
      await ask({ ask: 'block', milliseconds });
    },
    stop: () => void child.kill('SIGSTOP'),
    go: () => void child.kill('SIGCONT'),
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function asking(child: ChildProcess) {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', (message) => {
    if (typeof message !== 'object' || message === null || !('id' in message) || !('answer' in message))
      return;
    waiting.get(Number(message.id))?.resolve(message.answer);
    waiting.delete(Number(message.id));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error("the watcher's process has ended"));
  });
  return (question: { ask: 'view' | 'digest' } | { ask: 'block'; milliseconds: number }) =>
    new Promise<unknown>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, ...question });
    });
}

/** Answers a parent's questions; the other end of {@link startSubject}. */
export function answerQuestions(answers: {
  view(): Promise<View>;
  digest(): Promise<{ digest: string; events: number }>;
}): void {
  process.on('message', (question: Question) => {
    const reply = (answer: unknown) => process.send?.({ id: question.id, answer });
    if (question.ask === 'block') {
      reply(null);
      // After the reply has left.
      setImmediate(() => {
        const end = performance.now() + question.milliseconds;
        while (performance.now() < end);
      });
    } else void answers[question.ask]().then(reply);
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

/** Waits until `holds`, or false after so long (ms). */
export async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const asked = performance.now();
    if (await holds()) return true;
    if (performance.now() > end) return false;
    // Asking may be dear: it takes a quarter of the time.
    await pause(Math.min(500, 10 + 3 * (performance.now() - asked)));
  }
}
