import type { EventData } from '../../../src/contract/event-data.ts';
import { bytes } from '../../../src/surfaces/cli/phrases.ts';

/** What is to be said of an event besides its subject. */
export function eventFacts(data: EventData): [name: string, value: string][] {
  const { revision, size, hash, existing, binary, growing, lines, process, condition, slot, missed } = data;
  const facts: [string, string | undefined][] = [
    ['revision', revision === undefined ? undefined : String(revision)],
    ['size', size === undefined ? undefined : bytes(size)],
    ['hash', typeof hash === 'string' ? hash : undefined],
    ['was there before', existing === true ? 'yes' : undefined],
    ['binary', binary === true ? 'yes' : undefined],
    ['still growing', growing === true ? 'yes' : undefined],
    ['lines', lines === undefined ? undefined : String(lines)],
    ['due', slot],
    ['missed', missed === undefined || missed === 0 ? undefined : String(missed)],
    ['process', process === undefined ? undefined : `${process.name}, ${process.pid}`],
    ['exit', process?.exit],
    ['condition', condition === undefined ? undefined : conditionText(condition)],
    ['provider', data.provider],
    ['reason', data.reason],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
}

function conditionText({ metric, of, value, limit, before }: NonNullable<EventData['condition']>): string {
  const was = before === null ? '' : `, before ${before}`;
  return `${[metric, of].filter(Boolean).join(' ')} ${value} (limit ${limit}${was})`;
}
