import { EXIT } from '../../base/errors.ts';
import type { LiveEvent } from '../../contract/live-event.ts';
import type { StatusView } from '../../contract/status-view.ts';
import type { RunOptions } from '../daemon.ts';
import type { Context } from './command.ts';
import { createLiveView, type LiveView } from './live-view.ts';

export interface ForegroundOptions extends Partial<Pick<RunOptions, 'flags' | 'freshDatabase' | 'signal'>> {
  /** Show what happens. */
  live: boolean;
  verbose: boolean;
  /** Once the daemon is ready. What happens until it has said its piece is told beneath that. */
  onReady(info: StatusView): void | Promise<void>;
  /** What needs no telling any more. */
  isTold?(event: LiveEvent): boolean;
}

/** Runs a daemon in this process and shows what happens; its exit code. */
export async function runInForeground(context: Context, options: ForegroundOptions): Promise<number> {
  const { out, err, json } = context;
  const ended = new AbortController();
  let early: LiveEvent[] | null = options.live ? [] : null;
  let isReady = false;
  let view: LiveView | null = null;
  let drawing: Promise<void> = Promise.resolve();
  const show = (event: LiveEvent) => {
    if (options.isTold?.(event) === true) return;
    if (!json) view?.show(event);
    else if (event.type !== 'token') out.jsonLine(event);
  };
  const begin = (info: StatusView) => {
    if (ended.signal.aborted || !options.live) return;
    view = createLiveView(context, {
      info,
      verbose: options.verbose,
      status: async () => (await context.client()).status(),
    });
    const before = early ?? [];
    early = null;
    for (const event of before) show(event);
    if (!json) drawing = view.run(AbortSignal.any([ended.signal, context.signal]));
  };
  const tellStop = () => {
    out.status();
    err.line(
      ['yellow', 'stopping'],
      ': what runs has 20 seconds, the rest waits for the next start; Ctrl-C again ends at once',
    );
  };
  context.signal.addEventListener('abort', tellStop, { once: true });

  const { code, reason } = await context.runDaemon({
    ...(context.home === null ? {} : { home: context.home }),
    flags: options.flags ?? {},
    freshDatabase: options.freshDatabase ?? false,
    onReady(info) {
      isReady = true;
      const said = options.onReady(info);
      if (said instanceof Promise) void said.then(() => begin(info));
      else begin(info);
    },
    onWaiting: (why, next) => err.line(['yellow', 'waiting'], `: ${why}; ${next}`),
    onLive(event) {
      if (early === null) show(event);
      else if (event.type !== 'token') early.push(event);
    },
    signal: options.signal ?? context.signal,
  });
  ended.abort();
  await drawing;
  const [first = '', ...details] = reason.split('\n');
  if (code === EXIT.ok) err.line(['dim', first]);
  // Before it was ready it was never there to be stopped.
  else err.line(['red', isReady ? 'stopped' : 'not started'], ': ', first);
  for (const line of details) err.line(line);
  return code;
}
