import type { FollowedEvent } from '../../contract/live-event.ts';
import type { ThoughtState } from '../../contract/thought.ts';
import { nameOf } from '../place.ts';
import { clockTime, count, healthSpan, outputSpan, short, stateSpan } from './phrases.ts';
import type { Span, Terminal } from './terminal.ts';
import { oneLine, printWrapped } from './wrap.ts';

export interface LiveOptions {
  /** Also what is only a step on the way, and changes that no rule is about. */
  verbose: boolean;
  /** Folders that paths are shown relative to. */
  places: readonly string[];
  /** This program, for what to type next. */
  line(command: string): string;
}

/** Prints one line for something that just happened; `now` stands in where an event has no time. */
export type PrintLive = (event: FollowedEvent, now: number) => void;

/** Columns of the time and of the word after it: what continues a line begins beneath the rest. */
const INDENT = 20;
/** Thoughts whose subjects are remembered; `sent` names only the thought. */
const REMEMBERED = 1000;
const STEPS: readonly ThoughtState[] = ['waiting', 'ready', 'running', 'answered'];

/** What is said of outputs that were applied, but for those that have written a file. */
const DONE: Readonly<Record<string, string>> = {
  ...{ move: 'moved', rename: 'moved' },
  ...{ notify: 'sent', webhook: 'sent', command: 'ran' },
};

/** The live view: what was perceived, what is thought about, what was written, what stands in the way. */
export function createLive(terminal: Terminal, options: LiveOptions): PrintLive {
  const subjects = new Map<string, string>();
  return (event, now) => {
    if (event.type === 'state') remember(subjects, event.thought, event.subject);
    const spans = describe(event, options, subjects);
    if (spans === null) return;
    const at = 'at' in event ? event.at : new Date(now).toISOString();
    printWrapped(terminal, INDENT, ['dim', clockTime(at)], '  ', ...spans);
  };
}

function describe(
  event: FollowedEvent,
  { verbose, places, line }: LiveOptions,
  subjects: ReadonlyMap<string, string>,
): Span[] | null {
  switch (event.type) {
    case 'perceived':
      if (event.rules.length === 0 && !verbose) return null;
      return [['cyan', event.change.padEnd(10)], nameOf(event.path, places), ['dim', rulesOf(event.rules)]];
    case 'happened':
      if (event.rules.length === 0 && !verbose) return null;
      return [
        ['cyan', event.kind.slice(event.kind.indexOf('.') + 1).padEnd(10)],
        event.subject,
        ['dim', rulesOf(event.rules)],
      ];
    case 'state':
      if (STEPS.includes(event.state) && !verbose) return null;
      return [
        ...padded(stateSpan(event.state)),
        subjectOf(event.subject, event.rule, places),
        event.reason && `: ${oneLine(event.reason)}`,
        ...(event.state === 'proposed' ? decideOn(event.thought, line) : []),
        ['dim', `  ${event.rule} ${short(event.thought)}`],
      ];
    case 'sent':
      return [
        ['blue', 'thinking  '],
        subjectOf(subjects.get(event.thought) ?? '', event.rule, places),
        ` with ${event.provider}/${event.model}`,
        ['dim', `  ${event.rule} ${short(event.thought)}`],
      ];
    case 'token':
      return null;
    case 'output': {
      const name: Span = ['bold', nameOf(event.target, places)];
      if (event.state === 'applied') return [['green', (DONE[event.kind] ?? 'wrote').padEnd(10)], name];
      if (event.state === 'planned' && !verbose) return null;
      return [
        ...padded(outputSpan(event.state)),
        `${event.kind} `,
        name,
        event.reason && `: ${oneLine(event.reason)}`,
      ];
    }
    case 'hold':
      return event.held ? [['yellow', 'held      '], holdOf(event)] : [['green', 'released  '], event.name];
    case 'root':
      return [...padded(healthSpan(event.state)), event.path, event.detail && `: ${oneLine(event.detail)}`];
    case 'reloaded':
      return [['cyan', 'reloaded  '], count(event.rules, 'rule'), reloadProblems(event.problems)];
    case 'problem':
      return [['red', 'problem   '], oneLine(event.message)];
    case 'begin':
      return null;
    case 'gap':
      return [['yellow', 'missed    '], event.reason];
    case 'dropped':
      return [['yellow', 'missed    '], `${count(event.count, 'event')}: this terminal was too slow`];
    default:
      event satisfies never;
      return null;
  }
}

function decideOn(thought: string, line: LiveOptions['line']): Span[] {
  return ['; ', ['bold', `${line('inbox approve')} ${short(thought)}`]];
}

function remember(subjects: Map<string, string>, thought: string, subject: string): void {
  subjects.delete(thought);
  subjects.set(thought, subject);
  const [oldest] = subjects.keys();
  if (subjects.size > REMEMBERED && oldest !== undefined) subjects.delete(oldest);
}

function rulesOf(rules: readonly string[]): string {
  return rules.length === 0 ? '  no rule is about it' : `  ${rules.join(', ')}`;
}

function padded(span: Span): Span[] {
  const text = typeof span === 'string' ? span : span[1];
  return [span, ' '.repeat(Math.max(1, 10 - text.length))];
}

/** What a thought is about; a request's subject is a key that says nothing. */
function subjectOf(subject: string, rule: string, places: readonly string[]): string {
  if (subject.startsWith('request:')) return rule;
  return subject.startsWith('file:') ? nameOf(subject.slice(5), places) : subject;
}

/** Briefly: `status` has the whole reason. */
function holdOf({ what, name, reason }: { what: string; name: string; reason: string }): string {
  if (what !== 'provider') return `${what} ${name}: ${oneLine(reason)}`;
  if (reason.startsWith(`${name} does not answer`)) return `${name} is offline`;
  // What our sentences say after this is where and what to do about it.
  return reason.startsWith(`${name} `)
    ? (reason.split(/ at | \(|: /, 1)[0] ?? name)
    : `${name}: ${oneLine(reason)}`;
}

/** Warnings alone keep nothing from being taken. */
function reloadProblems(problems: readonly string[]): string {
  if (problems.length === 0) return '';
  const kept = problems.some((problem) => !problem.includes(': warning: '));
  return `; ${kept ? 'the last good versions stay in force: ' : ''}${problems.map(oneLine).join('; ')}`;
}
