import { EXIT } from '../../../base/errors.ts';
import type { Approve, ProposalRow } from '../../../contract/proposal.ts';
import type { StatusView } from '../../../contract/status-view.ts';
import type { OutputState } from '../../../contract/thought.ts';
import type { OutputView } from '../../../contract/thought-view.ts';
import type { Client } from '../../client.ts';
import type { Context } from '../command.ts';
import { outputSpan, short } from '../phrases.ts';
import { printTable } from '../table.ts';
import { isAboutOne } from './which.ts';

/** What became of one proposal. */
export interface Decided {
  /** The thought's id; as typed where there is none. */
  thought: string;
  /** From 0; null where what was typed names none. */
  position: number | null;
  ok: boolean;
  state: OutputState | null;
  target: string;
  /** What is to be said of it, or why not. */
  reason: string;
}

const LOOK_MS = 50;

/** A hold that lasts so long is told; one that is over is lifted by the first try. */
const HELD_MS = 3000;

/** Approves it and waits until it is applied, or held. */
export async function approveAndWait(
  { clock, signal }: Context,
  client: Client,
  row: ProposalRow,
  what: Approve,
): Promise<Decided> {
  const { thought, position } = row;
  try {
    await client.approve(thought, position, what);
  } catch (error) {
    if (isAboutOne(error)) return refused(row, error.message);
    throw error;
  }
  const until = clock.monotonic() + HELD_MS;
  for (;;) {
    const { outputs } = await client.thought(thought);
    const output = outputs.find((each) => each.position === position);
    if (output !== undefined && output.state !== 'planned') return appliedAs(row, output);
    if (clock.monotonic() > until) {
      const held = heldBy(await client.status(), output?.target ?? row.target);
      if (held !== null)
        return { ...refused(row, `approved, and held: ${held}; it goes on by itself`), state: 'planned' };
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

function appliedAs(row: ProposalRow, { state, target, reason }: OutputView): Decided {
  return { ...refused(row, reason), ok: state === 'applied', state, target };
}

function heldBy({ holds }: StatusView, target: string): string | null {
  const hold = holds.find(
    ({ what, name }) =>
      what === 'store' ||
      (what === 'output' && name === target) ||
      (what === 'root' && target.startsWith(name === '/' ? name : `${name}/`)),
  );
  return hold?.reason ?? null;
}

/** It still waits, or something else became of it. */
export function refused({ thought, position, target }: ProposalRow, reason: string): Decided {
  return { thought, position, ok: false, state: 'proposed', target, reason };
}

/** What was typed names nothing that waits. */
export function unknown(given: string, reason: string): Decided {
  return { thought: given, position: null, ok: false, state: null, target: '', reason };
}

/** Says what became of each; the exit code is 1 where one was not done. */
export function printDecided({ out, json }: Context, results: readonly Decided[]): number {
  if (json) out.json(results);
  else if (results.length === 0) out.line('Nothing waits for you.');
  else {
    printTable(
      out,
      [
        { title: '' },
        { title: '' },
        { title: '' },
        { title: '', flexible: true, narrow: 'path' },
        { title: '', flexible: true, narrow: 'wrap' },
      ],
      results.map(({ thought, position, ok, state, target, reason }) => [
        ok ? ['green', 'ok'] : ['red', 'no'],
        ['dim', position === null ? thought : `${short(thought)}#${position + 1}`],
        state === null ? '-' : outputSpan(state),
        target,
        reason,
      ]),
    );
  }
  return results.every((result) => result.ok) ? EXIT.ok : EXIT.failed;
}
