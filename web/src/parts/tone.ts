/** How much a state asks for attention, by its word: the colour and the shape that go with it. */
const TONES: Readonly<Record<string, Tone>> = {
  ...({ waiting: 'quiet', ready: 'next', running: 'busy', answered: 'busy', proposed: 'asks' } as const),
  ...({ done: 'good', dead: 'bad', cancelled: 'warn' } as const),
  ...({
    planned: 'next',
    applied: 'good',
    denied: 'warn',
    failed: 'bad',
    unknown: 'warn',
    undone: 'quiet',
  } as const),
  ...({
    ok: 'good',
    online: 'good',
    watching: 'good',
    'in-force': 'good',
    awake: 'good',
    live: 'good',
  } as const),
  ...({ starting: 'next', scanning: 'next', loading: 'next', connecting: 'next' } as const),
  ...({
    polling: 'warn',
    degraded: 'warn',
    overloaded: 'warn',
    paused: 'warn',
    held: 'warn',
    stopping: 'warn',
    unsaved: 'warn',
  } as const),
  ...({ broken: 'bad', offline: 'bad', refused: 'bad', problem: 'bad', lost: 'warn' } as const),
};

export type Tone = 'quiet' | 'next' | 'busy' | 'asks' | 'good' | 'bad' | 'warn';

export function toneOf(state: string): Tone {
  return TONES[state] ?? 'quiet';
}
