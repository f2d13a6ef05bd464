import type { DroppedEvents, LiveEvent } from '../../contract/api.ts';
import { clockTime, count, healthSpan, outputSpan, short, stateSpan } from './phrases.ts';
import type { Span, Terminal } from './terminal.ts';

/** One line for something that just happened; nothing for tokens. `now` stands in where an event has no time. */
export function printLive(terminal: Terminal, event: LiveEvent | DroppedEvents, now: number): void {
  const spans = describe(event);
  if (spans === null) return;
  const at = 'at' in event ? event.at : new Date(now).toISOString();
  terminal.line(['dim', clockTime(at)], '  ', ...spans);
}

function describe(event: LiveEvent | DroppedEvents): Span[] | null {
  switch (event.type) {
    case 'perceived':
      return [['cyan', event.change.padEnd(9)], ' ', event.path, ['dim', rulesOf(event.rules)]];
    case 'state':
      return [
        ...padded(stateSpan(event.state)),
        ['dim', short(event.thought)],
        ' ',
        event.rule,
        ['dim', subjectOf(event.subject)],
        event.reason && `: ${event.reason}`,
      ];
    case 'sent':
      return [
        ['blue', 'sent     '],
        ' ',
        ['dim', short(event.thought)],
        ' ',
        event.rule,
        ` to ${event.provider}/${event.model}`,
      ];
    case 'token':
      return null;
    case 'output':
      return [
        ...padded(outputSpan(event.state)),
        ['dim', short(event.thought)],
        ` ${event.kind} `,
        ['bold', event.target],
        event.reason && `: ${event.reason}`,
      ];
    case 'hold':
      return event.held
        ? [['yellow', 'held     '], ` ${event.what} ${event.name}: ${event.reason}`]
        : [['green', 'released '], ` ${event.what} ${event.name}`];
    case 'root':
      return [...padded(healthSpan(event.state)), event.path, event.detail && `: ${event.detail}`];
    case 'reloaded':
      return [
        ['cyan', 'reloaded '],
        ' ',
        count(event.rules, 'rule'),
        ...event.problems.map((each) => `; ${each}`),
      ];
    case 'problem':
      return [['red', 'problem  '], ' ', event.message];
    case 'dropped':
      return [['yellow', 'missed   '], ` ${count(event.count, 'event')}: this terminal was too slow`];
    default:
      event satisfies never;
      return null;
  }
}

function rulesOf(rules: readonly string[]): string {
  return rules.length === 0 ? '  no rule is about it' : `  ${rules.join(', ')}`;
}

function padded(span: Span): Span[] {
  const text = typeof span === 'string' ? span : span[1];
  return [span, ' '.repeat(Math.max(1, 10 - text.length))];
}

/** `file:/a/b` -> ` /a/b`; a request's subject is a key that says nothing. */
function subjectOf(subject: string): string {
  return subject.startsWith('file:') ? ` ${subject.slice(5)}` : '';
}
