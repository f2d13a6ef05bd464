import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import type { StatusView } from '../../src/contract/status-view.ts';
import { run } from '../senses/processes/proc.ts';
import { cli, createHome, type Home, startDaemon } from '../support/daemon.ts';

const skip = process.platform === 'linux' ? false : 'starts programs of Linux';
const NO_MODEL = 'http://127.0.0.1:9/v1';

describe('a daemon that perceives the machine', { skip }, () => {
  it('notes once that a process started and exited, also across kill -9 and while it is down', async (t) => {
    const home = createHome(t, NO_MODEL, 'vitals: { every: 1s }\n');
    const seconds = `38${process.pid}`;
    home.rule(
      'watch',
      `---
on:
  process: { command: "^sleep ${seconds}$", changes: [started, exited] }
mind: { models: [builtin/verbatim] }
outputs:
  - append: "${home.notes}/{{ event.process.pid }}.md"
    body: "{{ event.kind }}: {{ answer }}"
---
{{ event.text }}
`,
    );
    const first = await startDaemon(t, home, { killed: true });
    await until(home, { processes: /processes, 1 rule/ });
    const child = run(t, 'sleep', seconds);
    await first.reached('done', 1);
    await first.end('SIGKILL');
    child.kill();
    await child.ended;
    const other = run(t, 'sleep', seconds);

    const second = await startDaemon(t, home);
    await second.reached('done', 2);
    assert.deepEqual(home.noteNames(), [`${child.pid}.md`, `${other.pid}.md`].sort());
    const note = home.note(`${child.pid}.md`);
    assert.equal(note.match(/process\.started: sleep started at/g)?.length, 1, note);
    assert.equal(
      note.match(/process\.exited: sleep is gone: exited while the daemon did not run/g)?.length,
      1,
    );
    assert.equal(home.note(`${other.pid}.md`).match(/process\./g)?.length, 1);

    await until(home, { processes: /1 rule/, vitals: /cpu \d+ %, memory \d+ %/ });
    const { stdout: out } = await cli(home, 'vitals', '--since', '1h', '--json');
    const keys = new Set(JSON.parse(out).series.map((each: { key: string }) => each.key));
    for (const key of ['cpu.percent', 'memory.percent', 'disk.percent /']) assert.ok(keys.has(key), out);
    assert.equal(await second.end(), 0);
  });

  it('is woken by what its machine and its processes use, with who uses the most', async (t) => {
    const home = createHome(t, NO_MODEL, 'vitals: { every: 1s }\n');
    const mark = `held-by-${process.pid}`;
    const rule = (name: string, on: string) =>
      home.rule(
        name,
        `---
on: ${on}
mind: { models: [builtin/verbatim] }
outputs:
  - append: "${home.notes}/${name}.md"
    body: "{{ event.condition.metric }} {{ event.condition.of }}: {{ answer }}"
---
{{ event.text }}
`,
      );
    rule('large', `{ process: { command: "${mark}", when: { metric: memory_mb, above: 90 } } }`);
    rule('disk', '{ vitals: { when: { metric: disk.percent, of: "/", above: 0.1 } } }');
    const script = `globalThis.held = Buffer.alloc(90e6, 1); setInterval(() => "${mark}", 1e6);`;
    run(t, process.execPath, '-e', script);
    const daemon = await startDaemon(t, home);
    await daemon.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['disk.md', 'large.md']);
    assert.match(home.note('large.md'), /^memory_mb : memory_mb is \d+(\.\d+)?: above 90/m);
    assert.match(home.note('large.md'), /node \(\d+\): \d+ MB/);
    assert.match(home.note('disk.md'), /^disk\.percent \/: disk\.percent \/ is .*: above 0\.1/m);
    assert.equal(home.note('disk.md').match(/above 0\.1/g)?.length, 1, 'once, while it goes on');
    assert.equal(await daemon.end(), 0);
  });
});

/** Waits until these senses are well and say so. */
async function until(home: Home, wanted: Readonly<Record<string, RegExp>>): Promise<void> {
  for (const late = performance.now() + 30_000; ; await systemClock.sleep(100)) {
    const { senses }: StatusView = JSON.parse((await cli(home, 'status', '--json')).stdout);
    const isWell = ([name, detail]: [string, RegExp]) =>
      senses.some((sense) => sense.name === name && sense.state === 'ok' && detail.test(sense.detail));
    if (Object.entries(wanted).every(isWell)) return;
    assert.ok(performance.now() < late, JSON.stringify(senses));
  }
}
