import { EXIT } from '../../../base/errors.ts';
import type { StatusView } from '../../../contract/status-view.ts';
import type { ThoughtView } from '../../../contract/thought-view.ts';
import type { Rehearsal } from '../../daemon.ts';
import type { Context } from '../command.ts';
import { runInForeground } from '../foreground.ts';
import { outputSpan, short } from '../phrases.ts';
import type { Ask } from './ask.ts';

const LOOK_MS = 100;

/**
 * Lets a daemon in this process apply the answers of a dry run, and goes on watching where that is wanted. The exit
 * code of the daemon, or 1 where something could not be applied.
 */
export async function applyAnswers(
  rehearsals: ReadonlyMap<string, Rehearsal>,
  { rule, watch }: { rule: string; watch: string },
  ask: Ask,
  context: Context,
): Promise<number> {
  const { out, signal, clock, line } = context;
  const stop = new AbortController();
  const told = new Set<string>();
  let isApplied = true;
  let asks = false;
  let failure: unknown;
  const code = await runInForeground(context, {
    live: ask.isPerson,
    verbose: false,
    signal: AbortSignal.any([signal, stop.signal]),
    onReady: (info) =>
      apply(info).catch((error: unknown) => {
        failure = error;
        stop.abort();
      }),
    isTold: (event) => event.type === 'root' || ('thought' in event && told.has(event.thought)),
  });
  if (failure !== undefined && !signal.aborted) throw failure;
  return code === EXIT.ok && !isApplied ? EXIT.failed : code;

  async function apply(info: StatusView): Promise<void> {
    const client = await context.client();
    for (let { ready } = info; !ready; { ready } = await client.status()) await clock.sleep(LOOK_MS, signal);
    const given = Object.fromEntries([...rehearsals].map(([path, rehearsal]) => [path, rehearsal.given]));
    const { results } = await client.run({ rule, paths: [...rehearsals.keys()], given, again: false });
    for (const { path, thought, queued, reason } of results) {
      if (!queued) out.line(['yellow', 'not queued'], ` ${path}: ${reason}`);
      if (thought === null) continue;
      told.add(thought);
      const ended = await whenEnded(thought);
      isApplied = tellApplied(context, ended) && isApplied;
      asks ||= isProposed(ended);
    }
    if (asks) out.line('Decide what is proposed with ', ['bold', line('inbox')]);
    out.line('Take the last one back with  ', ['bold', line('undo --last')]);
    out.line('See what was thought with    ', ['bold', line('thoughts')]);
    if (!ask.isPerson || !(await ask.confirm(`Go on watching ${watch} now? (Ctrl-C ends it)`, true)))
      stop.abort();

    async function whenEnded(id: string): Promise<ThoughtView> {
      for (;;) {
        const thought = await client.thought(id);
        if (thought.processed || thought.state === 'proposed') return thought;
        await clock.sleep(LOOK_MS, signal);
      }
    }
  }
}

function tellApplied({ out, line }: Context, thought: ThoughtView): boolean {
  for (const { state, target, reason } of thought.outputs) {
    out.line(outputSpan(state), ' ', ['bold', target]);
    if (reason !== '') out.line('  ', reason);
  }
  if (thought.state === 'done') return true;
  if (isProposed(thought)) return true;
  out.line(['yellow', thought.state], `: ${thought.reason}; ${line(`show ${short(thought.id)}`)}`);
  return false;
}

function isProposed({ state, outputs }: ThoughtView): boolean {
  return state === 'proposed' && outputs.some((each) => each.state === 'proposed');
}
