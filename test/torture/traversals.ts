import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { CodedError, systemCode } from '../../src/base/errors.ts';
import { fromFs, toFs } from '../../src/base/path-text.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { RuleOutput } from '../../src/contract/rule.ts';
import { onDisk } from '../../src/outputs/kinds.ts';
import { plan } from '../../src/outputs/plan.ts';
import { createReaching } from '../../src/outputs/reaching.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

export interface Traversals {
  tries: number;
  applied: number;
  refused: Record<string, number>;
  /** Names outside the roots that were not there. */
  escaped: string[];
  /** Errors that nobody meant. */
  broken: string[];
}

const hash = await loadContentHash();

/**
 * Plans and applies outputs whose paths are made of values that try to leave the root: of what a model says, of a file's
 * name, of what is written in it.
 */
export async function traversals({
  random,
  tries,
  until,
}: {
  random: SeededRandom;
  tries: number;
  until: number;
}): Promise<Traversals> {
  const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'traversals-'));
  const [home, outside] = [join(place, 'home'), join(place, 'outside')];
  const [notes, inbox] = [join(home, 'notes'), join(home, 'inbox')];
  for (const each of [notes, inbox, outside]) mkdirSync(each, { recursive: true });
  const result: Traversals = { tries: 0, applied: 0, refused: {}, escaped: [], broken: [] };
  const outputRoots = [notes, inbox];
  const reach = createReaching({
    diskOf: () => atOnce,
    outputRoots: () => outputRoots,
    watchedRoots: () => [{ path: inbox }],
  });
  const ways: RuleOutput[] = [
    ...[
      '{{ answer.a }}',
      '{{ answer.a }}.md',
      '{{ answer.a }}/{{ answer.b }}.md',
      'x{{ answer.a }}/x{{ answer.b }}',
      '{{ answer.a }}{{ answer.b }}/{{ answer.a }}',
      '{{ event.name }}',
      '{{ event.path }}/{{ file.text }}',
      '{{ file.text }}/{{ file.name }}',
    ].flatMap((path): RuleOutput[] => [
      { kind: 'write', path: `${notes}/${path}`, body: 'x' },
      { kind: 'append', path: `${notes}/${path}`, body: 'x' },
      { kind: 'move', path: `${notes}/${path}`, body: '' },
      { kind: 'move', path: `${notes}/${path}/`, body: '' },
    ]),
    { kind: 'rename', path: '{{ answer.a }}', body: '' },
    { kind: 'rename', path: 'x{{ answer.a }}{{ file.text }}', body: '' },
  ];
  try {
    for (; result.tries < tries && performance.now() < until; result.tries += 1) {
      // A thousand notes of one name are looked through for the next free one.
      if (result.tries % AFRESH === 0) afresh(notes, inbox);
      const output = ways[random.below(ways.length)];
      if (output === undefined) break;
      const [a, b, text] = [nasty(random, place), nasty(random, place), nasty(random, place)];
      const source = join(inbox, fromFs(fileNameOf(nasty(random, place), result.tries)));
      try {
        writeFileSync(toFs(source), 'x');
        const state = await one(output, { a, b, text, source });
        if (state === 'applied') result.applied += 1;
        else result.refused[state] = (result.refused[state] ?? 0) + 1;
      } catch (error) {
        const code = error instanceof CodedError ? error.code : systemCode(error);
        if (code === undefined) result.broken.push(`${output.kind} ${output.path}: ${String(error)}`);
        else result.refused[code] = (result.refused[code] ?? 0) + 1;
      }
    }
    result.escaped = [
      ...readdirSync(place).filter((name) => name !== 'home' && name !== 'outside'),
      ...readdirSync(home).filter((name) => name !== 'notes' && name !== 'inbox'),
      ...readdirSync(outside),
    ];
    return result;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }

  async function one(
    output: RuleOutput,
    { a, b, text, source }: { a: string; b: string; text: string; source: string },
  ): Promise<string> {
    const mind = {
      models: ['m/m'],
      offline: 'hold',
      schema: null,
      maxOutputTokens: null,
      cloud: 'never',
    } as const;
    const [planned] = await plan(
      {
        ...{
          thought: 'abcdef',
          rule: sealRule(
            {
              name: 'r',
              on: { request: {} },
              mind: { ...mind, models: ['m/m'] },
              outputs: [output],
              prompt: 'x',
            },
            '',
          ),
        },
        event: { at: 0, data: { path: source, root: inbox, hash: hash(Buffer.from('x')), change: 'added' } },
        captured: { text, format: 'text', truncated: false },
        answer: { a, b },
        ...{ former: [], model: 'm/m', now: 0, timezone: 'UTC', gaps: [], outputRoots },
      },
      () => atOnce,
    );
    if (planned === undefined) throw new Error('nothing was planned');
    const handler = onDisk(planned.kind);
    if (handler === null) throw new Error(`${planned.kind} is not applied on disk`);
    const applied = await reach.within(planned, ({ to, from }) =>
      handler.apply(
        { ...planned, ledger: null },
        {
          ...{ thought: 'abcdef', hash, gaps: [], disk: to.disk, makeFolder: to.make },
          syncFolder: async () => undefined,
          commit: async () => undefined,
          propose: async () => undefined,
          ...(from === null
            ? {}
            : { move: { from, to, isOurs: async () => false, awaitReaders: async () => undefined } }),
        },
      ),
    );
    return applied.state;
  }
}

const AFRESH = 1000;

function afresh(...folders: string[]): void {
  for (const folder of folders)
    for (const name of readdirSync(folder, 'buffer'))
      rmSync(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true, force: true });
}

/** A name that a file can have: no slash, no NUL, not too long, and its own. */
function fileNameOf(value: string, n: number): string {
  return `${value.replaceAll(/[/\0]/g, '_').toWellFormed().slice(0, 40)}${n}`;
}

/** Some of the pieces that have led out of folders elsewhere, in any order. */
function nasty(random: SeededRandom, place: string): string {
  const pieces = [
    ...['..', '../', '/..', '../../', '../../../outside/', './', '/', '//', '.', '~', '~/', '-', ' ', ''],
    ...['\0', '\n', '\r', '\t', '\u0001', '\u0002', '\u007f', '\u202e', '\ufeff', '\u00a0', '\u2028'],
    ...['\\', '..\\', '\\..\\', 'C:\\', '\\\\x\\', '\\x2e\\x2e\\x2f', '\\x2f', '\\u002e'],
    ...['%2e%2e%2f', '%2f', '%00', '%c0%ae%c0%ae/', '&#46;&#46;/', '..;/', '....//'],
    ...['\u2024\u2024/', '\uff0e\uff0e\uff0f', '\u2025/', '\u2215', '\u2044', '\u29f8', '\ufe52\ufe52/'],
    ...[
      '\ud800',
      '\udc00',
      'e\u0301',
      '\u{1f600}',
      'CON',
      'a'.repeat(300),
      '../'.repeat(60),
      '/x'.repeat(200),
    ],
    ...[
      place,
      `${place}/outside/x`,
      '/etc/passwd',
      '/proc/self/cwd/',
      '/dev/null',
      'file:///',
      '{{ now }}',
      '$HOME',
    ],
    ...['note', 'x.md', '.hidden', '.consciousness-abcdef-0.tmp', 'a', 'b'],
  ];
  let value = '';
  for (let count = 1 + random.below(5); count > 0; count -= 1)
    value += pieces[random.below(pieces.length)] ?? '';
  return value;
}
