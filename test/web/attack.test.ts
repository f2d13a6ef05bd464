import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import type { ThoughtState } from '../../src/contract/thought.ts';
import { type Page, readPage } from '../../src/surfaces/http/page.ts';
import type { Home } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { makePdf } from '../support/pdf.ts';
import { openDoor } from '../surfaces/access/door.ts';
import { attacked, type Canary, type Findings, NOTHING, startCanary, throughThePolicy } from './attack.ts';
import { closeBrowser, noBrowser } from './browser.ts';
import { builtPage } from './built.ts';
import { type Dashboard, dashboard, eventually, settled } from './dashboard.ts';
import { type Payload, payloads, UNSEEN } from './payloads.ts';

/** Files, documents and answers that are payloads, in every place where the daemon takes words of others. */
function plant(home: Home, corpus: readonly Payload[]): number {
  home.rule('attacked', rule(home));
  home.rule('asks-first', rule(home, '*.txt').replace('body:', 'approve: true\n    body:'));
  let files = 0;
  for (const [index, { text }] of corpus.entries()) {
    const ending = index % 4 === 0 ? 'txt' : 'md';
    writeInto(join(home.inbox, `${index}`, nameOf(text), `of ${index}.${ending}`), text);
    files += 1;
  }
  for (const [index, { name, text }] of corpus.entries()) {
    if (index % 10 !== 0 && name !== 'unseen') continue;
    const about = { Title: text, Author: text, Subject: text, Keywords: text };
    writeFileSync(join(home.inbox, `${index}.pdf`), makePdf([`document ${index}`], about));
    files += 1;
    // A file of the rules folder is listed by its name, also where it can be no rule.
    writeFileSync(join(home.folder, 'rules', `${nameOf(text).replaceAll('/', '|')}.md`), text);
  }
  return files;
}

function rule(home: Home, glob = '*.{md,pdf}'): string {
  return `---
on: { file: { paths: ["${home.inbox}/**/${glob}"], settle: 10ms, existing: process } }
mind: { answer: { title: string, tags: [string], summary: string } }
outputs:
  - write: "${home.notes}/{{ answer.title | slug }}.md"
    body: "{{ answer.summary }} {{ answer.tags | join: ', ' }}"
---
<img src=x onerror="fired('prompt')"> {{ event.path }} {{ file.text }}
`;
}

/** Resolves with all thoughts, once there are so many and each is over. */
async function over({ client }: Pick<Dashboard, 'client'>, count: number) {
  let rows = (await client.thoughts({ limit: 1000 })).items;
  await eventually(
    async () => {
      rows = (await client.thoughts({ limit: 1000 })).items;
      return rows.length >= count && rows.every(({ state }) => OVER.includes(state));
    },
    () => `${count} thoughts are over, of ${rows.length}`,
  );
  return rows;
}

const OVER: readonly ThoughtState[] = ['done', 'dead', 'proposed', 'cancelled'];

/** The payload as a part of a path: whatever a file system takes. */
function nameOf(text: string): string {
  const parts = text.replaceAll('\0', '').split('/');
  const names = parts.filter((part) => !['', '.', '..'].includes(part)).map((part) => part.slice(0, 60));
  return names.slice(0, 6).join('/');
}

function writeInto(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('the dashboard under attack', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('runs nothing, asks nobody and hides nothing, whatever files, documents, answers and rules are called', async (t) => {
    const canary = await startCanary(t);
    const live = payloads(canary.url);
    assert.ok(live.length >= 200, `${live.length} payloads`);
    const corpus = [...UNSEEN, ...live];
    const server = await startModelServer((prompt) => {
      const { text } = corpus[Number(/of (\d+)\.|document (\d+)/.exec(prompt)?.slice(1).find(Boolean))] ?? {
        text: '',
      };
      return text.length % 7 === 0 ? text : { title: text, tags: [text, 'x'], summary: text };
    });
    t.after(() => server.stop());
    let files = 0;
    const house = await dashboard(t, server.url, (home) => {
      files = plant(home, corpus);
    });
    for (const { text } of corpus.slice(0, 5)) {
      const child = spawn('sleep', ['600'], { argv0: text.replaceAll('\0', ''), stdio: 'ignore' });
      t.after(() => child.kill());
    }
    const { client } = house;
    const rows = await over(house, files);
    const states = Object.groupBy(rows, ({ state }) => state);
    for (const state of ['done', 'dead', 'proposed']) assert.ok(states[state as 'done']?.length, state);
    const rules = await client.rules();
    assert.ok(rules.length > 15, 'refused rules are listed');
    const places = [
      ...['#/', '#/thoughts', '#/inbox', '#/rules', '#/machine', '#/queue', '#/settings'],
      ...rules.map(({ name }) => `#/rules/${encodeURIComponent(name)}`),
      ...rows.map(({ id }) => `#/thoughts/${id}`),
      ...corpus
        .slice(0, 20)
        .map(
          ({ text }) =>
            `#/${encodeURIComponent(text)}/${encodeURIComponent(text)}?x=${encodeURIComponent(text)}`,
        ),
    ];
    const { url } = await client.invite();
    const { findings, page } = await attacked(t, { link: url, places }, async (shown, place) => {
      if (place === '#/') {
        // Told as it happens, too: names, words, answers, outputs.
        const some = [...corpus.entries()].filter(([index]) => index % 10 === 3);
        for (const [index, { text }] of some)
          writeInto(join(house.home.inbox, 'live', `${index}`, nameOf(text), `of ${index}.md`), text);
        await over(house, rows.length + some.length);
      }
      await settled(shown);
    });
    // That a rule of such a name cannot be read is an answer, which Chromium calls an error.
    const astray = findings.astray.filter((each) => !/Failed to load resource.*(400|404|422)/.test(each));
    assert.deepEqual({ ...findings, astray }, NOTHING);
    assert.deepEqual(canary.hits, []);
    t.diagnostic(`${corpus.length} payloads, ${rows.length} thoughts, ${places.length} places`);
    assert.deepEqual(await throughThePolicy(page, canary), []);
  });
});

/** A page whose text nodes become markup. */
const SINK = `
  const made = document.createTextNode.bind(document);
  document.createTextNode = (text) => {
    const box = document.createElement('span');
    try { box.innerHTML = text; } catch { return made(text); }
    return box;
  };
`;

/** The page as it is built, with a defence taken out. */
async function broken({ sink, policy }: { sink: boolean; policy: boolean }): Promise<Page> {
  const page = await readPage((await builtPage()).page);
  return {
    has: page.has,
    respond(method, path) {
      const response = page.respond(method, path);
      if (response === null) return null;
      const headers = new Headers(response.headers);
      // The port's own policy would stand in for the page's.
      if (!policy) headers.set('content-security-policy', 'frame-ancestors *');
      // Older browsers know no trusted types: there the rest has to do.
      else headers.set('content-security-policy', withoutTrustedTypes(headers));
      if (!sink || !path.endsWith('.js')) return new Response(response.body, { headers });
      return new Response(withSink(response.body), { headers });
    },
  };
}

function withoutTrustedTypes(headers: Headers): string {
  const directives = headers.get('content-security-policy')?.split('; ') ?? [];
  return directives.filter((each) => !each.includes('trusted-types')).join('; ');
}

function withSink(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from(SINK));
      for await (const part of body ?? []) controller.enqueue(part);
      controller.close();
    },
  });
}

/** The same words in a page that is broken on purpose. */
async function attackedBroken(
  t: TestContext,
  without: { sink: boolean; policy: boolean },
): Promise<{ findings: Findings; through: string[]; canary: Canary }> {
  const canary = await startCanary(t);
  const door = await openDoor(t, { page: await broken(without) });
  const ids = payloads(canary.url).map(({ text }) => door.daemon.add({ content: text, state: 'done' }).id);
  const places = [
    '#/thoughts',
    ...ids.filter((_, index) => index % 7 === 0).map((id) => `#/thoughts/${id}`),
    '#/',
  ];
  const { url } = await door.desk.invite();
  const { findings, page } = await attacked(t, { link: url, places }, settled);
  return { findings, through: await throughThePolicy(page, canary), canary };
}

describe('what the tests of the dashboard under attack would see', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('is nothing of the same words where nothing is broken', async (t) => {
    const { findings, through } = await attackedBroken(t, { sink: false, policy: true });
    assert.deepEqual([findings, through], [NOTHING, []]);
  });

  it('is markup that the policy refuses, where text nodes become markup', async (t) => {
    const { findings, through } = await attackedBroken(t, { sink: true, policy: true });
    assert.ok(findings.refused.length > 0 && findings.foreign.length > 0, JSON.stringify(findings));
    assert.deepEqual([findings.ran, through], [[], []], 'the policy alone holds');
  });

  it('is what comes through, where there is no policy', async (t) => {
    const { findings, through } = await attackedBroken(t, { sink: false, policy: false });
    assert.deepEqual(
      [findings.ran, findings.foreign, findings.outside],
      [[], [], []],
      'text nodes alone hold',
    );
    for (const what of ['handler', 'script', 'eval', 'timer', 'click'])
      assert.ok(through.includes(what), `${what}: ${through.join()}`);
    assert.ok(
      through.some((hit) => hit.startsWith('/')),
      'and the canary hears of it',
    );
  });

  it('is all of it where both are gone: the words are live', async (t) => {
    const { findings, canary } = await attackedBroken(t, { sink: true, policy: false });
    assert.ok(new Set(findings.ran).size >= 10, `${findings.ran.length} ran`);
    assert.ok(findings.outside.length > 0 && canary.hits.length > 0);
    t.diagnostic(`${new Set(findings.ran).size} payloads ran, ${canary.hits.length} requests of the canary`);
  });
});
