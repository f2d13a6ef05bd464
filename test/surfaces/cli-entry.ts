import { main } from '../../src/surfaces/cli/main.ts';
import type { Program } from '../../src/surfaces/daemon.ts';
import { MemoryDaemon } from './memory-daemon.ts';

/** Stands in for main.ts: a daemon in this process that perceives one file and runs until it is told to stop. */
const runDaemon: Program['runDaemon'] = async ({ home, flags, onReady, onLive, signal }) => {
  if (flags['log_level'] === 'WRONG')
    return { code: 78, reason: `log_level: WRONG is no level\n  (home ${home})` };
  const daemon = new MemoryDaemon();
  onLive({
    type: 'perceived',
    at: '2026-11-22T12:00:00.000Z',
    seq: 1,
    path: '/inbox/a\\x1b.md',
    change: 'added',
    rules: ['file-the-inbox'],
  });
  onReady(await daemon.status());
  onLive({ type: 'token', thought: 'abcd', text: 'never shown', reasoning: false, from: 0 });
  await new Promise<void>((resolve) => {
    // Keeps the process alive, as a daemon's sockets and threads do.
    const alive = setInterval(() => {
      if (flags['log_level'] === 'CHATTY')
        onLive({ type: 'problem', at: '2026-11-22T12:00:00.000Z', message: 'again' });
    }, 20);
    const stop = () => {
      if (flags['log_level'] === 'STUCK') return;
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  return { code: 0, reason: 'stopped' };
};

process.exitCode = await main(process, {
  runDaemon,
  rehearse: () => Promise.reject(new Error('no mind here')),
  survey: () => Promise.reject(new Error('no senses here')),
  compare: () => Promise.reject(new Error('no models here')),
  lookAtProcesses: async () => ({
    processes: [],
    matched: 0,
    total: { cpu: 0, memoryMb: 0, threads: 0, children: 0 },
  }),
  lookAtVitals: async () => ({ at: 0, values: {} }),
});
