import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { freePort, openDoor, until } from './door.ts';
import { dial } from './wire.ts';

const TOKEN = { name: 'a', act: false, expires: undefined };

/** Somebody else's program on a port. */
async function other(port: number): Promise<{ leave(): Promise<unknown> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { leave: () => new Promise((resolve) => server.close(resolve)) };
}

describe('the port', () => {
  it('is open while there is somebody to let in, and not a moment longer', async (t) => {
    const { port, desk, number } = await openDoor(t);
    await assert.rejects(dial(number), { code: 'ECONNREFUSED' });
    assert.deepEqual(port.view(), {
      port: number,
      state: 'closed',
      url: null,
      problem: null,
      tokens: 0,
      sessions: 0,
    });
    await desk.make(TOKEN);
    assert.equal(port.view().url, `http://127.0.0.1:${number}`);
    (await dial(number)).socket.destroy();
    await desk.make({ ...TOKEN, name: 'b' });
    await desk.revoke({ which: 'a' });
    assert.equal(port.view().state, 'listening');
    await desk.revoke({ which: 'b' });
    assert.equal(port.view().state, 'closed');
    await assert.rejects(dial(number), { code: 'ECONNREFUSED' });
  });

  it('stays for a while after the last dashboard, so that its page is told that it has ended', async (t) => {
    const { port, desk, number, clock } = await openDoor(t);
    const { code } = await desk.invite();
    await desk.enter(code);
    clock.pass(61_000);
    await desk.revoke({ all: true });
    assert.equal(port.view().state, 'listening');
    const page = await dial(number);
    page.send(`GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:${number}\r\nAuthorization: Bearer x\r\n\r\n`);
    await page.sees('token-refused');
    page.socket.destroy();
    clock.pass(15_000);
    await until(() => port.view().state === 'closed', 'the port is closed');
  });

  it('cuts off whoever is connected when it closes', async (t) => {
    const { desk, number } = await openDoor(t);
    await desk.make(TOKEN);
    const wire = await dial(number);
    await desk.revoke({ all: true });
    assert.equal(await wire.hungUp, '');
  });

  it('moves with the configuration, and is off where that says so', async (t) => {
    const door = await openDoor(t);
    await door.desk.make(TOKEN);
    const elsewhere = await freePort();
    door.move(elsewhere);
    assert.equal((await door.port.settled()).url, `http://127.0.0.1:${elsewhere}`);
    await assert.rejects(dial(door.number), { code: 'ECONNREFUSED' });
    door.move(null);
    assert.equal((await door.port.settled()).state, 'off');
    await assert.rejects(dial(elsewhere), { code: 'ECONNREFUSED' });
    await assert.rejects(door.desk.invite(), { code: 'http-off' });
  });

  it('that is taken is told and tried again, until it is free', async (t) => {
    const number = await freePort();
    const program = await other(number);
    const { desk, port, clock } = await openDoor(t, { number });
    const made = await desk.make(TOKEN);
    assert.ok(made.token);
    assert.equal(port.view().state, 'failing');
    assert.match(port.view().problem ?? '', new RegExp(`${number} is taken`));
    await assert.rejects(desk.invite(), { code: 'http-port', retryable: true });
    await program.leave();
    let passed = 0;
    await until(() => {
      if (passed < 40_000) clock.pass(1000);
      passed += 1000;
      return port.view().state === 'listening';
    }, 'it is free and opened');
    assert.equal(port.view().problem, null);
  });

  it('is nobody’s problem any more once nobody is to be let in', async (t) => {
    const number = await freePort();
    await other(number).then(({ leave }) => t.after(leave));
    const { desk, port } = await openDoor(t, { number });
    await desk.make(TOKEN);
    await desk.revoke({ all: true });
    assert.deepEqual([port.view().state, port.view().problem], ['closed', null]);
  });

  it('is reached from this machine only', async (t) => {
    const { desk, number } = await openDoor(t);
    await desk.make(TOKEN);
    const { networkInterfaces } = await import('node:os');
    const { connect } = await import('node:net');
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of [...others, { address: '127.0.0.2' }]) {
      const socket = connect(number, address);
      const code = await new Promise((resolve) => {
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.once('connect', () => resolve('connected'));
      });
      assert.equal(code, 'ECONNREFUSED', address);
    }
  });
});
