import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { copyRule, createHome, type Home, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

const DAMAGED = fileURLToPath(new URL('../fixtures/damaged.pdf', import.meta.url));

function daemonRule(home: Home, events: string, name: string): string {
  return `---
on: { daemon: { events: [${events}] } }
mind: { models: [builtin/verbatim] }
outputs:
  - append: "${home.notes}/${name}.md"
    body: "{{ event.kind }} {{ event.rule }}: {{ answer }}\\n"
---
{{ event.text }}
`;
}

describe('a rule on the daemon', { timeout: 120_000 }, () => {
  it('thinks about a thought that was given up, once, through a restart', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replaceAll('*.md', '*.pdf'));
    home.rule('watch', daemonRule(home, 'thought.dead', 'dead'));
    const first = await startDaemon(t, home);
    copyFileSync(DAMAGED, join(home.inbox, 'a.pdf'));
    await first.reached('dead', 1);
    await first.reached('done', 1);
    await first.end();
    const second = await startDaemon(t, home);
    copyFileSync(DAMAGED, join(home.inbox, 'b.pdf'));
    await second.reached('done', 1);
    assert.equal(home.note('dead.md').match(/^thought\.dead copy: The thought/gm)?.length, 2);
    await second.end();
  });

  it('never thinks about a thought of a rule on the daemon: two of them do not go on for ever', async (t) => {
    const server = await startModelServer(() => 'said');
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    home.rule('one', daemonRule(home, 'thought.done', 'one'));
    home.rule('two', daemonRule(home, 'thought.done', 'two'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'text');
    await daemon.reached('done', 3);
    writeFileSync(join(home.inbox, 'b.md'), 'text');
    await daemon.reached('done', 6);
    const thoughts = await thoughtsOf(home);
    assert.deepEqual(thoughts.map(({ rule }) => rule).sort(), ['copy', 'copy', 'one', 'one', 'two', 'two']);
    assert.match(home.note('one.md'), /is done/);
    assert.match(home.note('one.md'), /said/);
    await daemon.end();
  });
});
