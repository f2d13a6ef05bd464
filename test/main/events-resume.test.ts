import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { Agent, fetch } from 'undici';
import { markText } from '../../src/contract/feed.ts';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { openStore } from '../../src/store/open.ts';
import { createHome, type Home, startDaemon } from '../support/daemon.ts';

/** What the feed has; everything else is told only to those who are there. */
const ROWS = ['perceived', 'happened', 'state', 'output'];
const LOSSES = ['dropped', 'gap'];
const PATIENCE_MS = 60_000;

describe('the EventSource of the eventsource package', () => {
  it('has every row of the feed once, in its order, though the daemon is killed twice', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    home.rule(
      'note',
      `---
on: { file: { paths: ["${home.inbox}/*.md"], settle: 10ms } }
mind: { models: [builtin/extract] }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
{{ file.text }}
`,
    );
    let daemon = await startDaemon(t, home, { killed: true });
    const { got, opened, losses, close } = follow(t, home);
    await until(() => opened() === 1, 'it is connected');

    let files = 0;
    const write = (count: number) => {
      for (const all = files + count; files < all; files += 1)
        writeFileSync(join(home.inbox, `${files}.md`), `Number ${files}. Remember the milk.`);
    };
    for (const enough of [20, 60]) {
      write(20);
      await until(() => got.length >= enough, `${enough} events have come`);
      assert.equal(await daemon.end('SIGKILL'), null);
      write(5);
      daemon = await startDaemon(t, home, { killed: true });
    }
    write(5);
    await until(() => doneOf(got).size === files, 'every thought is told to be done');
    assert.ok(opened() >= 3, 'it was connected anew after each kill');
    close();
    await daemon.end();

    assert.deepEqual(losses, []);
    const { id: first } = got[0] ?? {};
    const rows = await feedOf(home);
    const begin = rows.findIndex(({ id }) => id === first);
    assert.deepEqual(got, rows.slice(begin, begin + got.length));
    assert.deepEqual(rows.slice(0, begin).filter(isOfFile), [], 'it was there before the first file');
  });
});

interface Got {
  id: string;
  event: FollowedEvent;
}

/** Follows the events of a home's daemon through its socket, whichever process that is. */
function follow(t: TestContext, home: Home) {
  const dispatcher = new Agent({ connect: { socketPath: join(home.folder, 'state', 'daemon.sock') } });
  const events = new EventSource('http://localhost/v1/events', {
    fetch: (url, init) => fetch(url, { ...init, dispatcher }),
  });
  const close = () => {
    events.close();
    void dispatcher.destroy();
  };
  t.after(close);
  const got: Got[] = [];
  const losses: string[] = [];
  let opened = 0;
  events.addEventListener('open', () => {
    opened += 1;
  });
  for (const type of ROWS)
    events.addEventListener(type, ({ lastEventId, data }) => {
      got.push({ id: lastEventId, event: JSON.parse(data) });
    });
  for (const type of LOSSES) events.addEventListener(type, ({ data }) => losses.push(data));
  return { got, losses, opened: () => opened, close };
}

/** The whole feed, as it is in the database of a daemon that has ended. */
async function feedOf(home: Home): Promise<Got[]> {
  const store = await openStore(join(home.folder, 'state', 'consciousness.db'), (error) => {
    throw error;
  });
  const { rows } = await store.read('feed', { after: 0, limit: 100_000 });
  await store.close();
  return rows.map((row) => ({ id: markText(row), event: row.event }));
}

function doneOf(got: readonly Got[]): Set<string> {
  return new Set(
    got.flatMap(({ event }) => (event.type === 'state' && event.state === 'done' ? [event.thought] : [])),
  );
}

function isOfFile({ event }: Got): boolean {
  return event.type === 'perceived' || event.type === 'state' || event.type === 'output';
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await pause(20);
  }
}
