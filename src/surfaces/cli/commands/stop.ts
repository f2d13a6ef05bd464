import { CodedError } from '../../../base/errors.ts';
import type { StatusView } from '../../../contract/status-view.ts';
import type { Client } from '../../client.ts';
import type { Command, Context } from '../command.ts';

/** Milliseconds between looks at a daemon that is ending. */
const LOOK_MS = 50;
/** Milliseconds that its process may take to end once its socket is closed. */
const PROCESS_MS = 5000;

export const command: Command = {
  name: 'stop',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness stop', does: 'Returns once the daemon is gone.' },
    { line: 'consciousness stop && consciousness start', does: 'Restarts it.' },
  ],
  exitCodes: { 0: 'no daemon runs any more' },
  json: '{ "stopped": boolean, "pid": number | null } (stopped is false where none was running)',
  async run(context) {
    const client = await context.client();
    let status: StatusView;
    try {
      status = await client.status();
      await client.stop();
    } catch (error) {
      if (!isGone(error)) throw error;
      if (context.json) context.out.json({ stopped: false, pid: null });
      else context.out.line('No daemon is running.');
      return 0;
    }
    const { running } = status.queue;
    if (running > 0)
      context.err.line(['dim', `waiting for ${running} running to finish; Ctrl-C leaves it to the daemon`]);
    await untilClosed(context, client);
    await untilEnded(context, status.pid);
    if (context.json) context.out.json({ stopped: true, pid: status.pid });
    else context.out.line('The daemon has stopped.');
    return 0;
  },
};

async function untilClosed(context: Context, client: Client): Promise<void> {
  for (;;) {
    try {
      await client.status();
    } catch (error) {
      if (isNotRunning(error)) return;
      if (!isGone(error)) throw error;
    }
    await context.clock.sleep(LOOK_MS, context.signal);
  }
}

/** The lock is given back a little after the socket is closed, and `stop && start` must find it free. */
async function untilEnded({ clock, signal }: Context, pid: number): Promise<void> {
  const deadline = clock.monotonic() + PROCESS_MS;
  while (pid !== process.pid && isAlive(pid) && clock.monotonic() < deadline)
    await clock.sleep(LOOK_MS, signal);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isNotRunning(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'daemon-not-running';
}

/** Not there, or going away while we spoke with it. */
function isGone(error: unknown): boolean {
  return isNotRunning(error) || (error instanceof CodedError && error.code === 'daemon-lost');
}
