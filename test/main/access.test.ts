import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { StatusView } from '../../src/contract/status-view.ts';
import { cli, createHome, type Home, startDaemon } from '../support/daemon.ts';
import { freePort, until } from '../surfaces/access/door.ts';
import { bytes, dial, exchange, statusOf } from '../surfaces/access/wire.ts';

const NOWHERE = 'http://127.0.0.1:9';

async function statusNow(home: Home): Promise<StatusView> {
  return JSON.parse((await cli(home, 'status', '--json')).stdout);
}

/** Every file beneath a folder, but sockets. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe('a daemon with a token', () => {
  it('lets it in, keeps it over a kill, and has it in no file and no line of its log', async (t) => {
    const port = await freePort();
    const home = createHome(t, NOWHERE, `http: { port: ${port} }\nlog_level: DEBUG\n`);
    const first = await startDaemon(t, home, { killed: true });
    assert.equal(first.banner.http.state, 'closed');
    await assert.rejects(dial(port), { code: 'ECONNREFUSED' });
    const token = (await cli(home, 'token', 'new', 'script', '--act')).stdout.trim();
    const asked = bytes('GET /v1/status', [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]);
    assert.equal(statusOf(await exchange(port, asked)), 200);
    // Mistakes that somebody makes with a token, of which the log may say that they were made.
    await exchange(port, bytes(`GET /v1/status?token=${token}`, [`Host: 127.0.0.1:${port}`]));
    await exchange(port, bytes(`GET /v1/${token}`, [`Host: 127.0.0.1:${port}`]));
    await cli(home, 'show', token);
    await first.end('SIGKILL');

    const second = await startDaemon(t, home);
    await until(async () => (await statusNow(home)).http.state === 'listening', 'it listens again');
    assert.equal(statusOf(await exchange(port, asked)), 200);
    const stream = await dial(port);
    stream.send(bytes('GET /v1/events', [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]));
    await stream.sees(': open');
    await cli(home, 'token', 'revoke', 'script');
    await stream.hungUp;
    await assert.rejects(dial(port), { code: 'ECONNREFUSED' });
    assert.equal(await second.end(), 0);
    const secret = token.slice(13);
    const holding = filesIn(home.folder).filter((path) => readFileSync(path).includes(secret));
    assert.deepEqual(holding, []);
    assert.equal((first.stderr() + second.stderr()).includes(secret), false);
  });

  it('goes on without its port where another has it, says so, and opens it once it is free', async (t) => {
    const port = await freePort();
    const homes = [createHome(t, NOWHERE), createHome(t, NOWHERE)] as const;
    for (const home of homes) home.config(`http: { port: ${port} }\n`);
    const one = await startDaemon(t, homes[0]);
    const two = await startDaemon(t, homes[1]);
    await cli(homes[0], 'token', 'new', 'a');
    const made = await cli(homes[1], 'token', 'new', 'b');
    assert.equal(made.code, 0);
    assert.match(made.stderr, /is taken by another program/);
    const status = await statusNow(homes[1]);
    assert.equal(status.http.state, 'failing');
    assert.ok(status.problems.some((problem) => problem.includes(`the port ${port} is taken`)));
    const doctor = await cli(homes[1], 'doctor', '--fast');
    assert.match(doctor.stdout.replaceAll(/\s+/g, ' '), /port .*is taken.*mend: set http\.port/);
    assert.equal(await one.end(), 0);
    await until(async () => (await statusNow(homes[1])).http.state === 'listening', 'the port is free');
    assert.equal(await two.end(), 0);
  });
});
