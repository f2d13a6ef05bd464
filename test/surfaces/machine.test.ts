import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessesView, ProcessRow } from '../../src/contract/process-view.ts';
import { here } from './command-line.ts';
import { running, temporaryFolder } from './running.ts';

const row = (pid: number, name: string, more: Partial<ProcessRow> = {}): ProcessRow => ({
  ...{ pid, name, parent: 1, depth: 0, command: `/opt/${name} --serve`, cpu: 12.34, memoryMb: 512 },
  ...{ status: 'sleeping', threads: 7, started: '2026-11-22T08:00:00.000Z' },
  ...more,
});

describe('ps', () => {
  const show = (view: ProcessesView, ...args: string[]) =>
    here(['ps', ...args], { program: { lookAtProcesses: async () => view }, columns: 120 });
  const total = { cpu: 112.4, memoryMb: 12_000, threads: 9, children: 1 };

  it('lists those that use the most memory first, and what they use together', async () => {
    const processes = [row(7, 'small', { memoryMb: 3 }), row(42, 'llama-server')];
    const { code, out } = await show({ processes, matched: 2, total });
    assert.equal(code, 0);
    assert.match(out, /^PID +NAME[\s\S]*llama-server[\s\S]*small/);
    assert.match(out, /42 +llama-server +12 % +512 MB +7 +sleeping .*\/opt\/llama-server --serve/);
    assert.match(out, /2 processes with 1 process beneath: 112 % of a core, 12\.0 GB, 9 threads/);
  });

  it('draws a tree in the order it came', async () => {
    const processes = [row(7, 'LM Studio', { memoryMb: 3 }), row(42, 'helper', { depth: 1 })];
    const { out } = await show({ processes, matched: 1, total }, 'lmstudio', '--tree');
    assert.match(out, /LM Studio[\s\S]*\n +42 {4}helper/);
  });

  it('shows sockets, and says where they cannot be seen', async () => {
    const connections = [{ protocol: 'tcp', local: '127.0.0.1:80', remote: null, state: 'listen' }] as const;
    const processes = [
      row(1, 'open', { connections: [...connections] }),
      row(2, 'hidden', { connections: null }),
      row(3, 'silent', { connections: [] }),
    ];
    const { out } = await show({ processes, matched: 3, total }, '--connections');
    assert.match(out, /open \(1\)\n +tcp +127\.0\.0\.1:80 +- +listen/);
    assert.match(out, /hidden \(2\): its sockets cannot be seen/);
    assert.doesNotMatch(out, /silent \(3\)/);
  });

  it('exits 1 where no process is named so', async () => {
    const { code, out } = await show({ processes: [], matched: 0, total }, 'nobody');
    assert.equal(code, 1);
    assert.match(out, /No process is named nobody/);
  });
});

describe('vitals', () => {
  const sample = { at: Date.parse('2026-11-22T08:00:00Z'), values: { 'cpu.percent': 12.5, 'load.1': 2 } };
  const program = { lookAtVitals: async () => sample };

  it('draws what the daemon has kept', async (t) => {
    const { home } = await running(t);
    const { code, out } = await here(['vitals', '--since', '1h', '--home', home], { columns: 72, program });
    assert.equal(code, 0);
    assert.match(out, /cpu\.percent +12 % +1 % +10 % +97 % +▁+/);
    assert.match(out, /disk\.percent \/ +63 %/);
  });

  it('measures once where no daemon runs, and says so', async (t) => {
    const home = await temporaryFolder(t);
    const { code, out } = await here(['vitals', '--home', home], { program });
    assert.equal(code, 0);
    assert.match(out, /cpu\.percent +12\.5 %\nload\.1 +2\n/);
    assert.match(out, /No daemon has measured anything/);
    const { out: json } = await here(['vitals', '--now', '--json', '--home', home], { program });
    assert.equal(JSON.parse(json).series[0].now, 12.5);
  });

  it('refuses a time that is none', async () => {
    assert.equal((await here(['vitals', '--since', 'lately'], { program })).code, 2);
  });
});

describe('doctor', () => {
  const total = { cpu: 0, memoryMb: 0, threads: 0, children: 0 };
  const look = async (pids: number[], values: Record<string, number>) => {
    const processes = pids.map((pid) => row(pid, 'x'));
    const { out } = await here(['doctor', '--json', '--fast'], {
      program: {
        lookAtProcesses: async () => ({ processes, matched: pids.length, total }),
        lookAtVitals: async () => ({ at: 0, values }),
      },
    });
    const findings: { check: string; status: string; detail: string }[] = JSON.parse(out).findings;
    return (check: string) => findings.find((each) => each.check === check);
  };

  it('says what the machine does not tell', async () => {
    const found = await look([1, 2], { 'disk.percent /': 1, 'disk.percent /home': 2, 'battery.percent': 3 });
    assert.equal(found('vitals')?.detail, '2 metrics; this machine tells no temperature, gpu');
    assert.deepEqual(found('processes')?.detail, '2 processes');
  });

  it('warns where the processes of others are hidden', { skip: process.platform !== 'linux' }, async () => {
    const found = await look([42], {});
    assert.equal(found('processes')?.status, 'warn');
    assert.match(found('processes')?.detail ?? '', /hidepid/);
  });
});
