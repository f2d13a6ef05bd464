import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakeProgram } from '../outputs/send/fake-program.ts';
import { createHome } from '../support/daemon.ts';
import { run } from './command-line.ts';

describe('doctor, where outputs are sent', () => {
  it('says what they lack, and nothing where no rule sends', async (t) => {
    const home = createHome(
      t,
      'http://127.0.0.1:9/v1',
      'commands: allow\nwebhooks: { here: { url: "http://localhost:9/", allow_private: true }, signed: { url: "http://localhost:9/", allow_private: true, secret_env: NOT_SET }, lost: { url: "http://nowhere.invalid/" }, unused: { url: "http://unused.invalid/" } }\n',
    );
    const about = async (env: Record<string, string>) => {
      const { out } = await run(['doctor', '--fast', '--json', '--home', home.folder], { env });
      const slow = await run(['doctor', '--json', '--home', home.folder], { env });
      const findings: { check: string; status: string; detail: string }[] = [
        ...JSON.parse(out).findings,
        ...JSON.parse(slow.out).findings,
      ];
      const mine = findings.filter(({ check }) => ['notify', 'webhook', 'command'].includes(check));
      return [...new Set(mine.map(({ status, detail }) => `${status} ${detail}`))].sort();
    };
    const program = fakeProgram(t, 'notify-send');
    assert.deepEqual(await about({}), []);
    home.rule(
      'tell',
      '---\non: { request: {} }\noutputs:\n  - notify: x\n  - webhook: here\n  - webhook: signed\n  - webhook: lost\n  - command: [no-such-program]\n  - command: [notify-send]\n---\nx\n',
    );
    const without = await about({ PATH: '/usr/bin:/bin' });
    assert.deepEqual(
      without.map((line) => line.replace(/\((ENOTFOUND|EAI_AGAIN)\)/, '(…)')),
      [
        'ok here is found, and may be sent to',
        'warn lost: nowhere.invalid was not found (…)',
        'warn no-such-program is not in the PATH of this shell: what runs it is held',
        'warn notify-send is not in the PATH of this shell: what runs it is held',
        ...(process.platform === 'linux'
          ? ['warn rules notify, and there is no notify-send here: nothing is shown']
          : []),
        'warn signed: NOT_SET is not set, so nothing is sent there',
      ],
    );
    const within = await about({ PATH: program.path, DISPLAY: ':7', NOT_SET: 'it is' });
    assert.ok(within.includes('ok notify-send is there'));
    assert.ok(within.includes('ok signed is found, and may be sent to'));
    if (process.platform === 'linux') assert.ok(within.includes('ok notify-send shows notifications'));
  });
});
