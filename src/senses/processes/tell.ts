import type { ProcessData } from '../../contract/event-data.ts';
import type { Happening } from '../../contract/happening.ts';
import type { ProcessFacts } from '../../contract/process.ts';
import type { RuleOnProcess } from '../../contract/rule-on.ts';
import type { Watched } from './watch.ts';

export interface Started {
  rule: string;
  on: Pick<RuleOnProcess, 'preset'>;
  facts: ProcessFacts;
  /** The name of its parent, where that is known. */
  parent: string | null;
  children: number;
  /** Null where they cannot be seen. */
  connections: number | null;
  /** Epoch milliseconds: when it was seen. */
  at: number;
}

/** That a process has started, for the rule that asked. */
export function started({ rule, on, facts, parent, children, connections, at }: Started): Happening {
  const { identity, name, pid, command } = facts;
  const lines = [
    `${name} started at ${timeText(facts.started)}.`,
    `Process ${pid}, a child of ${parent === null ? '' : `${parent}, `}process ${facts.parent}.`,
    `Command: ${command}`,
  ];
  return {
    ...about('started', rule, identity, on, name),
    at,
    data: { name, process: dataOf(facts, { children, connections, exit: '' }) },
    text: lines.join('\n'),
  };
}

export interface Exited {
  rule: string;
  on: Pick<RuleOnProcess, 'preset'>;
  watched: Watched;
  /** How it ended, as far as is known. */
  exit: string;
  at: number;
}

/** That a process has ended; its figures are the last that were seen. */
export function exited({ rule, on, watched, exit, at }: Exited): Happening {
  const { facts, mostMemoryMb, children } = watched;
  const { identity, name, pid, command } = facts;
  const lines = [
    `${name} is gone: ${exit}.`,
    `Process ${pid} lived for ${lengthText(at - facts.started)}, since ${timeText(facts.started)}.`,
    `The most memory that it was seen with: ${Math.round(mostMemoryMb)} MB.`,
    `Command: ${command}`,
  ];
  return {
    ...about('exited', rule, identity, on, name),
    at,
    data: { name, process: dataOf(facts, { children: children ?? 0, connections: null, exit }) },
    text: lines.join('\n'),
  };
}

function about(what: string, rule: string, identity: string, { preset }: Exited['on'], name: string) {
  return {
    dedup: `process:${rule}:${identity}#${what}`,
    sense: 'processes' as const,
    subject: `process:${preset ?? name}`,
    kind: `process.${what}`,
    rule,
  };
}

function dataOf(
  facts: ProcessFacts,
  more: Pick<ProcessData, 'children' | 'connections' | 'exit'>,
): ProcessData {
  return {
    ...{ pid: facts.pid, name: facts.name, command: facts.command, started: timeText(facts.started) },
    ...{ cpu: round(facts.cpu), memory_mb: round(facts.memoryMb), status: facts.status },
    ...{ threads: facts.threads, ...more },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

/** `2 h 5 min`: the two largest units. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const at = units.findIndex(([, length]) => seconds >= length);
  const [[large, length] = ['s', 1], small] = [units[at], units[at + 1]];
  const whole = Math.floor(seconds / length);
  const rest = small === undefined ? 0 : Math.floor((seconds - whole * length) / small[1]);
  return rest === 0 || small === undefined ? `${whole} ${large}` : `${whole} ${large} ${rest} ${small[0]}`;
}
