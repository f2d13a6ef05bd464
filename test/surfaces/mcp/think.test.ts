import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MemoryDaemon } from '../memory-daemon.ts';
import type { Told } from './callers.ts';
import { mcpHouse } from './house.ts';
import { until } from './until.ts';

describe('think by MCP', { concurrency: 4, timeout: 60_000 }, () => {
  it('tells how it stands while it waits, to a client that asked, and never a word of what is thought', async (t) => {
    const { daemon, calls } = await mcpHouse(t);
    const caller = await calls('newest by HTTP', ['read', 'act']);
    const told: Told[] = [];
    const asked = caller.call('think', { text: 'why?' }, (each) => told.push(each));
    const id = await acceptedBy(daemon);
    await until(
      () => told.length > 0,
      () => 'no progress',
    );
    daemon.send(id);
    daemon.say(id, 'because');
    await until(
      () => told.some(({ message }) => message === 'asked lmstudio/qwen3-8b'),
      () => JSON.stringify(told),
    );
    daemon.become(id, 'done', { answer: 'because' });
    const { structured } = await asked;
    assert.deepEqual([structured?.['state'], structured?.['answer']], ['done', 'because']);
    assert.doesNotMatch(JSON.stringify(told), /because/);
    const steps = told.map(({ progress }) => progress);
    assert.deepEqual(
      steps,
      [...new Set(steps)].toSorted((one, other) => one - other),
    );
  });

  it('that is held is no failure: it says why within its bound, and is thought once, later', async (t) => {
    const { daemon, calls } = await mcpHouse(t);
    daemon.holds = [
      { what: 'provider', name: 'lmstudio', reason: 'lmstudio is offline', since: '', thoughts: 1 },
    ];
    const caller = await calls('newest by stdio', ['read', 'act']);
    const { text, structured, isError } = await caller.call('think', { text: 'why?', wait_seconds: 1 });
    assert.equal(isError, false);
    assert.deepEqual(
      [structured?.['state'], structured?.['held'], structured?.['answer']],
      ['ready', 'lmstudio is offline', null],
    );
    assert.match(text, /is held\. It stays queued[\s\S]*lmstudio is offline/);
    const id = await acceptedBy(daemon);
    daemon.holds = [];
    daemon.become(id, 'done', { answer: 'because' });
    const later = await caller.call('get_thought', { id: String(structured?.['id']) });
    assert.deepEqual([later.structured?.['state'], later.structured?.['answer']], ['done', 'because']);
    assert.equal(daemon.all.size, 1);
  });

  it('does not wait for a person: what needs approval is said, and that it is theirs to give', async (t) => {
    const { daemon, calls } = await mcpHouse(t);
    const caller = await calls('newest by HTTP', ['read', 'act']);
    const asked = caller.call('think', { text: 'why?', rule: 'file-the-inbox' });
    const id = await acceptedBy(daemon);
    daemon.become(id, 'proposed', { answer: 'because' });
    const { text, structured } = await asked;
    assert.deepEqual([structured?.['state'], structured?.['answer']], ['proposed', 'because']);
    assert.match(text, /The person decides with: consciousness inbox/);
  });

  it('says why it was given up, and refuses a rule that is not there', async (t) => {
    const { daemon, calls } = await mcpHouse(t);
    const caller = await calls('older by HTTP', ['read', 'act']);
    const asked = caller.call('think', { text: 'why?' });
    daemon.become(await acceptedBy(daemon), 'dead', { reason: 'the model talks nonsense' });
    const { text, isError } = await asked;
    assert.equal(isError, false);
    assert.match(text, /was given up\.[\s\S]*the model talks nonsense/);
    const refused = await caller.call('think', { text: 'why?', rule: 'none-such' });
    assert.equal(refused.isError, true);
    assert.match(refused.text, /Found: none-such\nAllowed: request, file-the-inbox/);
    const empty = await caller.call('think', { text: '  ' });
    assert.match(empty.text, /the text is empty/);
  });

  it('of a daemon that stops meanwhile is not lost: the answer says so', async (t) => {
    const { daemon, calls, close } = await mcpHouse(t);
    const caller = await calls('newest by stdio', ['read', 'act']);
    const told: (string | undefined)[] = [];
    const asked = caller.call('think', { text: 'why?' }, ({ message }) => told.push(message));
    await until(
      () => told.includes('ready'),
      () => 'nobody follows it',
    );
    await close();
    const { text, structured, isError } = await asked;
    assert.equal(isError, false, text);
    assert.match(String(structured?.['held']), /the daemon stopped/);
    assert.equal(daemon.all.size, 1);
  });
});

/** The id of the one thought, once it was accepted. */
async function acceptedBy(daemon: MemoryDaemon): Promise<string> {
  await until(
    () => daemon.all.size === 1,
    () => 'nothing was accepted',
  );
  const [id = ''] = daemon.all.keys();
  return id;
}
