import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { noLlama, startLlama, until } from '../mind/real-llama.ts';
import { cli, copyRule, createHome, show, startDaemon, thoughtsOf } from '../support/daemon.ts';

const FILES = 12;

describe('a daemon and a real llama-server', { skip: noLlama, timeout: 180_000 }, () => {
  it('keep all its slots busy; killed and started again in the middle, it answers everything once', async (t) => {
    await using llama = await startLlama('', '-np', '4', '-c', '8192');
    const home = createHome(t, `${llama.url}/v1`);
    home.config(
      `lm_studio: { base_url: "${llama.url}/v1" }\nfile_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${home.notes}"]\n`,
    );
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { max_output_tokens: 500 }\noutputs:'));
    const daemon = await startDaemon(t, home);
    await until(async () => {
      const { providers } = JSON.parse((await cli(home, 'status', '--json')).stdout);
      return providers[0].state === 'online';
    });
    const status = JSON.parse((await cli(home, 'status', '--json')).stdout);
    assert.deepEqual(
      [status.providers[0].slots, status.providers[0].abilities['local-model'].context],
      [4, 2048],
    );

    for (let n = 0; n < FILES; n += 1)
      writeFileSync(join(home.inbox, `${n}.md`), `Once upon a time there was a house number ${n}.`);
    await until(async () => (await llama.busySlots()) === 4);
    await llama.end();
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === 'lmstudio', 'the hold');
    llama.restart();
    await daemon.reached('done', FILES);
    assert.equal(home.noteNames().length, FILES);
    for (const row of await thoughtsOf(home)) {
      const view = await show(home, row.id);
      assert.equal(view.failures, 0, 'its going away was no fault of the thought');
      assert.equal(view.attempts.filter(({ outcome }) => outcome === 'answered').length, 1);
    }
    await daemon.end();
  });
});
