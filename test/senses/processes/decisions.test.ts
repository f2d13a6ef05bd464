import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProcessFacts } from '../../../src/contract/process.ts';
import { argumentsOf, commandText, namesOf } from '../../../src/senses/processes/command-line.ts';
import { parseSockets } from '../../../src/senses/processes/connections.ts';
import { howItEnded } from '../../../src/senses/processes/exit.ts';
import { parseAuxv } from '../../../src/senses/processes/machine.ts';
import { createMatcher, type ProcessWish } from '../../../src/senses/processes/match.ts';
import { parseStat } from '../../../src/senses/processes/stat.ts';
import { childrenOf, withChildren } from '../../../src/senses/processes/tree.ts';

describe('a line of /proc/PID/stat', () => {
  it('is read whatever the name holds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15, unit: 'binary' }), fc.nat(4_000_000), (comm, parent) => {
        const numbers = Array.from({ length: 49 }, (_, index) => (index === 0 ? parent : -1000 - index));
        const line = Buffer.from(`42 (${comm}) R ${numbers.join(' ')}\n`);
        const stat = parseStat(line, line.length);
        assert.equal(stat?.comm.toString(), comm.toWellFormed());
        assert.equal(stat?.status, 'running');
        assert.equal(stat?.parent, parent);
        assert.equal(stat?.startTicks, -1018);
        assert.equal(stat?.exitCode, -1048);
      }),
    );
  });

  it('is nothing where it is cut or is no such line', () => {
    for (const text of ['', '12', '12 (a', '12 (a)', '12 (a) ', 'words only'])
      assert.equal(parseStat(Buffer.from(text), text.length), null, text);
  });
});

describe('a command line', () => {
  it('is shown without what looks like a secret', () => {
    const shown = (text: string) => commandText(argumentsOf(Buffer.from(text.replaceAll(' ', '\0'))));
    assert.equal(shown('llama-server --api-key abc -m x.gguf'), 'llama-server --api-key *** -m x.gguf');
    assert.equal(shown('tool --token=abc --max-tokens=100'), 'tool --token=*** --max-tokens=100');
    assert.equal(shown('env DB_PASSWORD=abc run'), 'env DB_PASSWORD=*** run');
    assert.equal(shown('psql postgres://me:abc@host/db'), 'psql postgres://me:***@host/db');
    assert.equal(shown('tool --token --verbose'), 'tool --token --verbose');
    assert.equal(
      shown('curl -u me:abc https://x/y?a=1&token=abc&b=2'),
      'curl -u me:*** https://x/y?a=1&token=***&b=2',
    );
    assert.equal(shown('tool Server=x;Password=abc;Port=1'), 'tool Server=x;Password=***;Port=1');
    const headers = [
      'curl',
      '-H',
      'Authorization: Bearer abc def',
      '-H',
      'X-Api-Key: abc',
      '-H',
      'Accept: text',
    ];
    assert.equal(commandText(headers), 'curl -H Authorization: *** -H X-Api-Key: *** -H Accept: text');
    assert.equal(
      commandText(['sh', '-c', "run --password abc | curl -H 'Authorization: Bearer abcdefgh'"]),
      "sh -c run --password *** | curl -H 'Authorization: Bearer ***'",
    );
    assert.equal(shown(`tool ghp_${'a1'.repeat(18)} x`), 'tool *** x');
    assert.equal(commandText(['renderer --api-key abc --type=gpu']), 'renderer --api-key *** --type=gpu');
  });

  it('is one printable line of at most 4096 characters', () => {
    const text = commandText(['sh', '-c', `printf "\u001b[31m"\necho ${'x'.repeat(9000)}`]);
    assert.equal(text.length, 4096);
    assert.doesNotMatch(text, /[\u0000-\u001f]/u);
  });

  it('names a process by its executable, by itself, and whole where the kernel cut the name', () => {
    assert.deepEqual(namesOf('/usr/bin/python3.11', 'foo', '/usr/bin/python3'), ['python3.11', 'foo']);
    assert.deepEqual(namesOf('/opt/node (deleted)', 'MainThread', 'node'), ['node', 'MainThread']);
    assert.deepEqual(namesOf(null, 'a-very-long-nam', '/opt/a-very-long-name'), [
      'a-very-long-name',
      'a-very-long-nam',
    ]);
    assert.deepEqual(namesOf(null, 'kworker/0:1', undefined), ['kworker/0:1']);
  });
});

describe('which processes a rule is about', () => {
  const facts = (name: string, command = name, ...others: string[]) => ({
    ...{ identity: command, names: [name, ...others], command },
  });
  const wantsProcess = (wish: ProcessWish, of: ReturnType<typeof facts>) =>
    createMatcher(wish).among([of]).length === 1;

  it('is told by a name in any case, as a glob', () => {
    assert.ok(wantsProcess({ name: 'lm*studio' }, facts('LM Studio')));
    assert.ok(wantsProcess({ name: '{ollama,llama-server}' }, facts('llama-server')));
    assert.ok(wantsProcess({ name: 'gunicorn' }, facts('python3.11', 'python3 gunicorn', 'gunicorn')));
    assert.ok(!wantsProcess({ name: 'ollama' }, facts('ollama-proxy')));
    assert.ok(!wantsProcess({}, facts('anything')), 'nothing asked for is nothing wanted');
  });

  it('is told by the command line, together with the name', () => {
    const server = facts('python3.11', 'python3 -m http.server 8000');
    assert.ok(wantsProcess({ command: 'http\\.server \\d+' }, server));
    assert.ok(wantsProcess({ name: 'python*', command: 'http' }, server));
    assert.ok(!wantsProcess({ name: 'node', command: 'http' }, server));
  });

  it('is asked anew when a process runs another program', () => {
    const matcher = createMatcher({ command: 'server' });
    assert.equal(matcher.among([{ identity: '1.1', names: ['sh'], command: 'sh start' }]).length, 0);
    assert.equal(matcher.among([{ identity: '1.1', names: ['x'], command: 'server' }]).length, 1);
  });

  it('is told in time, whatever the regular expression and the command line', () => {
    const matcher = createMatcher({ command: '^(a+)+$' });
    const all = ['aaa', `${'a'.repeat(60)}!`, 'aaaa'].map((command) => facts('x', command));
    const began = performance.now();
    assert.deepEqual(
      matcher.among(all).map(({ command }) => command),
      ['aaa', 'aaaa'],
    );
    assert.ok(performance.now() - began < 5000);
    assert.ok(matcher.isTooSlow());
  });

  it('asks again about those for whom there was no time', () => {
    const matcher = createMatcher({ command: '^(a+)+$' });
    const slow = Array.from({ length: 20 }, (_, at) => ({
      identity: `slow ${at}`,
      names: ['a'],
      command: `${'a'.repeat(40)}!`,
    }));
    const innocent = { identity: 'innocent', names: ['a'], command: 'aaa' };
    const all = [...slow, innocent];
    for (let looks = 0; looks < 40 && matcher.among(all).length === 0; looks += 1);
    assert.deepEqual(matcher.among(all), [innocent]);
  });

  it('knows the servers of models by their main process', () => {
    const lmstudio = { preset: 'lmstudio' } as const;
    assert.ok(wantsProcess(lmstudio, facts('lm-studio', '/tmp/.mount_lmstud/lm-studio --run-as-service')));
    assert.ok(
      wantsProcess(lmstudio, facts('LM Studio', '/Applications/LM Studio.app/Contents/MacOS/LM Studio')),
    );
    assert.ok(wantsProcess(lmstudio, facts('LM Studio.exe', '"C:\\LM Studio\\LM Studio.exe"')));
    assert.ok(wantsProcess(lmstudio, facts('llmster')));
    assert.ok(!wantsProcess(lmstudio, facts('lm-studio', '/opt/lm-studio --type=renderer --lang=en')));
    assert.ok(!wantsProcess(lmstudio, facts('LM Studio Helper')));
    const ollama = { preset: 'ollama' } as const;
    assert.ok(wantsProcess(ollama, facts('ollama', '/usr/local/bin/ollama serve')));
    assert.ok(wantsProcess(ollama, facts('ollama.exe', '"C:\\Program Files\\Ollama\\ollama.exe" serve')));
    assert.ok(!wantsProcess(ollama, facts('ollama', '/usr/local/bin/ollama runner --model x --port 1')));
    assert.ok(!wantsProcess(ollama, facts('ollama', 'ollama run qwen3')));
    assert.ok(wantsProcess({ preset: 'llama-server' }, facts('llama-server', 'llama-server -m x.gguf')));
    assert.ok(!wantsProcess({ preset: 'llama-server' }, facts('llama-cli')));
  });
});

describe('how a process ended', () => {
  const unknown = { exitCode: null, killedBefore: 2, killedNow: 2 };

  it('is told as far as the system tells', () => {
    assert.equal(howItEnded(unknown), 'exited');
    assert.equal(howItEnded({ ...unknown, exitCode: 3 << 8 }), 'exited with code 3');
    assert.equal(howItEnded({ ...unknown, exitCode: 11 }), 'killed by SIGSEGV');
    assert.equal(howItEnded({ ...unknown, exitCode: 11 | 0x80 }), 'killed by SIGSEGV');
    assert.equal(howItEnded({ ...unknown, killedNow: 3 }), 'probably killed for lack of memory');
    assert.equal(howItEnded({ ...unknown, killedBefore: null }), 'exited');
  });
});

describe('the tree of processes', () => {
  it('names every process beneath another once, also where numbers draw a ring', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 20 }), (parents) => {
        const all = parents.map((parent, index) => made(index + 1, parent));
        for (const { pid } of all) {
          const found = childrenOf(pid, all).map((each) => each.pid);
          assert.equal(new Set(found).size, found.length);
          assert.ok(!found.includes(pid));
          for (const each of all)
            if (each.parent === pid && each.pid !== pid) assert.ok(found.includes(each.pid));
        }
        assert.equal(withChildren(all, all).length, all.length);
      }),
    );
  });

  function made(pid: number, parent: number): ProcessFacts {
    const names = [`p${pid}`];
    const rest = { started: 0, cpu: 1, memoryMb: 2, status: 'sleeping', threads: 1 } as const;
    return { identity: `${pid}.1`, pid, parent, name: `p${pid}`, names, command: '', ...rest };
  }
});

describe('what the kernel writes in its own units', () => {
  it('is read: the auxiliary vector', () => {
    const words = [33n, 0x7ffen, 6n, 16_384n, 17n, 1000n, 0n, 0n];
    const bytes = Buffer.from(new BigUint64Array(words).buffer);
    assert.deepEqual(parseAuxv(bytes), { pageBytes: 16_384, ticksPerSecond: 1000 });
    assert.deepEqual(parseAuxv(Buffer.alloc(0)), { pageBytes: 4096, ticksPerSecond: 100 });
  });

  it('is read: tables of sockets', () => {
    const head =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    const line = (local: string, remote: string, state: string) =>
      `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0\n`;
    const read = (protocol: 'tcp' | 'tcp6' | 'udp', text: string) =>
      parseSockets(protocol, head + text).get('77');
    assert.deepEqual(read('tcp', line('0100007F:1F90', '00000000:0000', '0A')), {
      ...{ protocol: 'tcp', local: '127.0.0.1:8080', remote: null, state: 'listen' },
    });
    const loopback = '00000000000000000000000001000000';
    const mapped = '0000000000000000FFFF00000100007F';
    assert.deepEqual(read('tcp6', line(`${loopback}:0050`, `${mapped}:C350`, '01')), {
      ...{ protocol: 'tcp6', local: '[::1]:80', remote: '127.0.0.1:50000', state: 'established' },
    });
    assert.equal(read('udp', line('0100007F:0035', '00000000:0000', '07'))?.state, '');
  });
});
