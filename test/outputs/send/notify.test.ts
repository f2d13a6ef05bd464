import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../src/base/clock.ts';
import { argvOf, createNotify } from '../../../src/outputs/send/notify.ts';
import { contextOf, pending, planned } from './drafts.ts';
import { fakeProgram } from './fake-program.ts';

const CORPUS = [
  '-rf /',
  '--hint=string:image-path:/etc/passwd',
  '$(touch pwned); `id` | tee x && echo "y" \' > /tmp/z',
  '<img src="http://example.org/y"/><a href="file:///etc/passwd">click</a>',
  '&lt;b&gt; &amp; & < > "quotes"',
  '\\074img src=x\\076 \\x3cb\\x3e \\n \\\\ \\',
  '%s%n%x %%',
  'a\u0000b\u0007\u001b[2J\u001b]0;pwned\u0007\u009b31m',
  '\u202egpj.exe\u202c \u{e0041}\u200b',
  '" & do shell script "touch pwned" & "',
  '{{ answer }}{% raw %}',
  'lone \ud800 surrogate',
  '',
  ' \n\t ',
  'x'.repeat(5000),
  Array.from({ length: 50 }, (_, at) => `line ${at}`).join('\n'),
];

function world(t: TestContext, then = '', name = 'notify-send') {
  const program = fakeProgram(t, name, then);
  const environment: Record<string, string> = {
    PATH: program.path,
    HOME: program.folder,
    DISPLAY: ':7',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1/bus',
    ANTHROPIC_API_KEY: 'not for it',
    LD_PRELOAD: '',
  };
  const platform: NodeJS.Platform = name === 'osascript' ? 'darwin' : 'linux';
  return { program, environment, notify: createNotify({ environment, platform, clock: systemClock }) };
}

/** What notify-send makes of its second argument (GLib's g_strcompress, written anew). */
function strcompress(text: string): string {
  const letters: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
  return text.replace(/\\([0-7]{1,3}|[\s\S]|$)/g, (_all, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (letters[code] ?? code),
  );
}

/** What a server shows of a body: markup is not there, entities are characters. */
function shown(body: string): string {
  assert.doesNotMatch(body, /[<>]/, 'a server would read markup');
  return body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

describe('a notification', () => {
  it('is shown by notify-send, with its words as they are in the rule', async (t) => {
    const { program, notify } = world(t);
    const output = planned('notify', { title: 'New: {{ event.path }}', body: '{{ answer }}' }, 'a <b> & c');
    assert.equal(output.target, 'desktop');
    assert.deepEqual(JSON.parse(output.content), { title: 'New: /in/a.md', body: 'a <b> & c' });
    assert.deepEqual(await notify.send(output, contextOf()), { state: 'applied', reason: '' });
    assert.deepEqual(program.argv(), [
      '--app-name=Consciousness',
      '--',
      'New: /in/a.md',
      'a &lt;b&gt; &amp; c',
    ]);
  });

  it("has the rule's name for a title where the rule says none, or the answer is nothing that shows", () => {
    const titleOf = (title?: string) =>
      JSON.parse(planned('notify', { body: 'x', ...(title === undefined ? {} : { title }) }).content).title;
    assert.equal(titleOf(), 'tell');
    assert.equal(titleOf(' \u200b\n'), 'tell');
  });

  it('is two arguments of one fixed program, whatever its words are', async (t) => {
    const { program, notify } = world(t);
    for (const title of CORPUS) {
      for (const body of [title, CORPUS[3] ?? '']) {
        const output = planned('notify', { title: '{{ answer }}', body: body.replaceAll('{', '') }, title);
        assert.equal((await notify.send(output, contextOf())).state, 'applied', title);
        const argv = program.argv() ?? [];
        assert.equal(argv.length, 4, title);
        assert.deepEqual(argv.slice(0, 2), ['--app-name=Consciousness', '--']);
        assert.match(argv[2] ?? '', /^[^<>\u0000-\u001f\u007f-\u009f\u202a-\u202e]{1,400}$/u);
        assert.ok(Array.from(argv[2] ?? '').length <= 100);
      }
    }
  });

  it('has no markup that a server could read, also where notify-send undoes escapes', () => {
    const all = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[\\<>&x0-7a-f ]{0,40}$/),
      fc.constantFrom(...CORPUS),
    );
    fc.assert(
      fc.property(all, (answer) => {
        const { title, body } = JSON.parse(planned('notify', { body: '{{ answer }}' }, answer).content);
        assert.ok(Array.from(body).length <= 500 && body.split('\n').length <= 8);
        assert.equal(shown(strcompress(argvOf('linux', title, body)?.[4] ?? '')), body);
      }),
    );
  });

  it('reaches a server as the text that it was', async (t) => {
    const { program, notify } = world(t);
    for (const text of CORPUS) {
      const output = planned('notify', { body: '{{ answer }}' }, text);
      await notify.send(output, contextOf());
      assert.equal(shown(strcompress(program.argv()?.[3] ?? '')), JSON.parse(output.content).body);
    }
  });

  it('gives the program the desktop, and nothing else of the environment', async (t) => {
    const { program, notify } = world(t);
    await notify.send(planned('notify', { body: 'x' }), contextOf());
    const names = Object.keys(program.variables()).filter(
      (name) => !['PWD', 'OLDPWD', 'SHLVL', '_', 'NODE_V8_COVERAGE'].includes(name),
    );
    assert.deepEqual(names.sort(), ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'HOME', 'PATH']);
  });

  it('is text of a constant script on macOS', async (t) => {
    const { program, notify } = world(t, '', 'osascript');
    for (const text of CORPUS) {
      const output = planned('notify', { title: 'T', body: '{{ answer }}' }, text);
      assert.equal((await notify.send(output, contextOf())).state, 'applied');
      const argv = program.argv() ?? [];
      assert.equal(argv.length, 9);
      assert.deepEqual(
        argv.filter((_, at) => at < 6 && at % 2 === 0),
        ['-e', '-e', '-e'],
      );
      assert.deepEqual(argv.slice(6), ['--', 'T', JSON.parse(output.content).body]);
    }
  });

  it('is denied with the reason where there is no desktop, no program, or no server', async (t) => {
    const output = pending('notify', 'desktop', '{"title":"t","body":"b"}');
    const { environment } = world(t);
    const on = (platform: NodeJS.Platform, more: Record<string, string | undefined>) =>
      createNotify({ environment: { ...environment, ...more }, platform, clock: systemClock }).send(
        output,
        contextOf(),
      );
    const none = await on('linux', { DISPLAY: undefined, DBUS_SESSION_BUS_ADDRESS: undefined });
    assert.equal(none.state, 'denied');
    assert.match(none.reason, /no desktop session/);
    const missing = await on('linux', { PATH: '/nowhere' });
    assert.equal(missing.state, 'denied');
    assert.match(missing.reason, /no notify-send on this machine: install libnotify-bin/);
    const strange = await on('aix', {});
    assert.equal(strange.state, 'denied');
    const { notify } = world(t, 'echo "no \u001b[31mserver" >&2; exit 1');
    assert.deepEqual(await notify.send(output, contextOf()), {
      state: 'denied',
      reason: 'notify-send could not show it (1): no [31mserver',
    });
  });

  it('that does not end in time may have been shown: unknown', async (t) => {
    const { environment } = world(t, 'exec sleep 60');
    const notify = createNotify({ environment, platform: 'linux', clock: systemClock, ms: 200 });
    const sent = await notify.send(pending('notify', 'desktop', '{"title":"t","body":"b"}'), contextOf());
    assert.equal(sent.state, 'unknown');
  });
});
