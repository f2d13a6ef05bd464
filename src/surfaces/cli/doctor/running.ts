import { lstat } from 'node:fs/promises';
import { CodedError } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import type { HttpView } from '../../../contract/http-view.ts';
import type { ProgressView } from '../../../contract/progress.ts';
import type { StatusView } from '../../../contract/status-view.ts';
import type { Context } from '../command.ts';
import { count } from '../phrases.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface Running {
  findings: Finding[];
  /** How many watches it has. */
  watches: number;
  /** Its port; null where none runs. */
  http: HttpView | null;
}

/** Whether a daemon runs for this home, and what it says about itself. */
export async function lookAtRunning(context: Context): Promise<Running> {
  try {
    const client = await context.client();
    const status = await client.status();
    const progress = await client.progress();
    const roots = status.senses.flatMap((sense) => sense.roots);
    const watches = roots.reduce((sum, root) => sum + root.watches, 0);
    const { socket } = await context.folders();
    const findings = [...aboutRunning(context, status, socket), ...aboutProgress(context, progress)];
    return { findings, watches, http: status.http };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { findings: [await aboutAbsent(context, error)], watches: 0, http: null };
  }
}

/** What the probes of service managers say; the first scans are no trouble. */
function aboutProgress(context: Context, { live, ready }: ProgressView): Finding[] {
  if (!live.ok) return live.reasons.map((reason) => fail('progress', reason, context.line('stop')));
  return ready.reasons.map((reason) => warn('progress', reason, null));
}

async function aboutAbsent(context: Context, error: CodedError): Promise<Finding> {
  if (error.code !== 'daemon-not-running') return fail('daemon', error.message, error.next ?? null);
  const { socket } = await context.folders();
  const left = await lstat(toFs(socket)).catch(() => null);
  return left === null
    ? { check: 'daemon', status: 'ok', detail: 'not running', mend: context.line('start') }
    : warn('daemon', 'ended without cleaning up; the next start does that', context.line('start'));
}

function aboutRunning(context: Context, status: StatusView, socket: string): Finding[] {
  const findings = [
    status.version === context.version
      ? ok('daemon', `runs, pid ${status.pid}, socket ${socket}`)
      : warn(
          'daemon',
          `pid ${status.pid} is version ${status.version}, this is ${context.version}`,
          `${context.line('stop')} && ${context.line('start')}`,
        ),
  ];
  for (const { path, state, detail } of status.senses.flatMap((sense) => sense.roots)) {
    // Whether a root is there at all is looked at without the daemon too.
    if (detail === '' || state === 'offline') continue;
    const [, command] = /to raise the limit: ([^;()]+)/.exec(detail) ?? [];
    findings.push(warn('watching', `${path}: ${detail}`, command?.trim() ?? null));
  }
  for (const { name, state, detail, roots } of status.senses) {
    if (roots.length === 0 && (state === 'degraded' || state === 'offline'))
      findings.push(warn(name, detail, null));
  }
  for (const hold of status.holds) {
    findings.push(
      warn('hold', `${count(hold.thoughts, 'thought')} for ${hold.what} ${hold.name}: ${hold.reason}`, null),
    );
  }
  return findings;
}
