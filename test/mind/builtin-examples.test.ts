import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fill } from '../../scripts/demo.ts';
import { createExtractor } from '../../src/capture/extract.ts';
import { foldersFor } from '../../src/config/folders.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadRules, ruleContext } from '../../src/config/rules.ts';
import type { Config } from '../../src/contract/config.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { readAnswer } from '../../src/mind/answer.ts';
import { compose } from '../../src/mind/compose.ts';
import { createBuiltinProvider } from '../../src/mind/providers/builtin.ts';
import { plan } from '../../src/outputs/plan.ts';
import { diskOf } from '../support/disk.ts';

const AT = Date.UTC(2026, 5, 1, 12);
const never = new AbortController().signal;

describe('the shipped examples', () => {
  let home: string;
  let config: Config;
  let rule: Rule;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'examples-'));
    await fill(home);
    const folders = foldersFor({ home, env: {}, homedir: home, platform: 'linux' });
    const loaded = await loadConfig({ folders, env: {}, homedir: home });
    assert.ok(loaded.ok, JSON.stringify(loaded));
    config = loaded.config;
    const { rules, problems } = await loadRules(folders, ruleContext(config, home));
    assert.deepEqual(problems, []);
    assert.ok(rules[0]);
    rule = rules[0];
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('name builtin/extract only after a model server', () => {
    assert.deepEqual(rule.mind.models, ['lmstudio/local-model', 'builtin/extract']);
    assert.equal(rule.mind.offline, 'next');
    assert.equal(rule.on.file?.existing, 'process');
  });

  it('become a note each, with front matter, and a line in the index', async () => {
    const notes = await Promise.all(
      (await readdir(join(home, 'inbox'))).sort().map((name) => outputsFor(name)),
    );
    assert.deepEqual(
      notes.map((outputs) => outputs.map((output) => output.target.slice(home.length))),
      [
        ['/notes/2026-03-12-invoice-fi-2026-0412.md', '/notes/index.md'],
        ['/notes/2026-05-04-wartung-der-fernwarme-und-neuer-grundpreis.md', '/notes/index.md'],
        ['/notes/2026-03-17-pier-mast-planning-meeting.md', '/notes/index.md'],
        ['/notes/2026-02-21-why-tide-gauges-went-quiet.md', '/notes/index.md'],
      ],
    );
    const [invoice, index] = (notes[0] ?? []).map((output) => output.content);
    assert.match(
      invoice ?? '',
      /^---\ntitle: "Invoice FI-2026-0412"\ndate: "2026-03-12"\nparty: "Fennmoor Instruments Ltd"\n/,
    );
    assert.match(invoice ?? '', /\namount: "€905\.40"\ntags: \["invoice","anemometer",/);
    assert.match(
      index ?? '',
      /- 2026-03-12 Invoice FI-2026-0412, Fennmoor Instruments Ltd, €905\.40 \(from fennmoor-invoice\.pdf\)/,
    );
  });

  async function outputsFor(name: string): Promise<{ target: string; content: string }[]> {
    const path = join(home, 'inbox', name);
    const extractor = createExtractor(diskOf);
    const captured = await extractor.extract({ path, root: join(home, 'inbox'), hash: null }, never);
    await extractor.close();
    assert.ok(captured.kind === 'text');
    const event = { at: AT, data: { path, name, change: 'added' as const } };
    const { prompt } = compose({
      rule,
      thought: 't',
      event,
      captured,
      timezone: 'UTC',
      now: AT,
      fenceId: 'f',
    });
    let words = '';
    const call = {
      model: 'extract',
      prompt,
      document: captured.text,
      documentName: name,
      schema: rule.mind.schema,
      maxOutputTokens: null,
    };
    for await (const said of createBuiltinProvider().think(call, never))
      if (said.kind === 'text') words += said.text;
    const read = readAnswer(rule.mind.schema, words, '');
    assert.ok(read.ok, JSON.stringify(read));
    const input = {
      thought: 't',
      rule,
      event,
      captured,
      answer: read.answer,
      former: [],
      model: 'builtin/extract',
      now: AT,
      timezone: 'UTC',
      outputRoots: config.outputRoots,
      gaps: [],
    };
    return (await plan(input, diskOf)).map((output) => ({
      target: output.target,
      content: Buffer.from(output.content).toString(),
    }));
  }
});
