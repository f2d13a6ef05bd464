import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closeBrowser, newPage, noBrowser } from '../test/web/browser.ts';
import { enter, goTo, settled } from '../test/web/dashboard.ts';
import { type LivedIn, livedIn } from '../test/web/lived-in.ts';
import { measured, processes } from '../test/web/machine-words.ts';
import { showInOtherWords } from '../test/web/shown.ts';
import { root } from './tool.ts';

// Pictures of every page of the dashboard in docs/screens/: a real daemon that has been at work on the samples of the
// recipes, in a real browser. Names of places, times and the machine are changed on their way to the page, so that no
// machine is told of and the same things look the same each time.
const NOW = Date.parse('2026-11-26T09:41:00Z');
const LOOKS = [
  { name: 'light', viewport: { width: 1280, height: 840 }, colorScheme: 'light' },
  { name: 'dark', viewport: { width: 1280, height: 840 }, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 360, height: 780 }, colorScheme: 'light', deviceScaleFactor: 2 },
] as const;

const endings: (() => unknown)[] = [];
const t = { after: (ending: () => unknown) => void endings.push(ending) };
try {
  if (noBrowser) throw new Error(noBrowser);
  const house = await livedIn(t);
  // So that what came last was not just now.
  await pause(3000);
  await takeAll(house);
} finally {
  await closeBrowser();
  for (const ending of endings.reverse()) await ending();
}

async function takeAll(house: LivedIn): Promise<void> {
  const origin = await showInOtherWords(t, wordsFor(house, Date.now()));
  const folder = join(root, 'docs', 'screens');
  await mkdir(folder, { recursive: true });
  for (const { name, ...look } of LOOKS) {
    const { page, errors } = await newPage(t, { ...look, locale: 'en-GB', timezoneId: 'UTC' });
    await page.clock.setFixedTime(NOW);
    const { code } = await house.client.invite();
    await enter(page, `${origin}/#code=${code}`, '#/');
    for (const [title, place] of Object.entries(await placesOf(house))) {
      await goTo(page, place);
      await settled(page);
      // Somebody looks while a model speaks.
      if (title === 'now') house.goOn(16);
      await page.evaluate('document.fonts.ready.then(() => document.activeElement?.blur())');
      // What came while the page was drawn is drawn, too; notices have gone.
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 700))');
      await page.screenshot({ path: join(folder, `${title}-${name}.png`), caret: 'hide' });
      console.log(`docs/screens/${title}-${name}.png`);
    }
    if (errors.length > 0) throw new Error(errors.join('\n'));
  }
}

async function placesOf({ client }: LivedIn): Promise<Record<string, string>> {
  const { items } = await client.thoughts({ rule: 'inbox', state: 'proposed', limit: 10 });
  return {
    now: '#/',
    thoughts: '#/thoughts',
    thought: `#/thoughts/${items.at(-1)?.id}`,
    inbox: '#/inbox',
    rules: '#/rules',
    rule: '#/rules/inbox',
    machine: '#/machine',
    queue: '#/queue',
    settings: '#/settings',
  };
}

/** The daemon's words as somebody would hear them who has had it at work since the morning. */
function wordsFor(
  { folder, port, server, daemon }: LivedIn,
  end: number,
): Parameters<typeof showInOtherWords>[1] {
  const time = timeline(Date.parse(daemon.banner.startedAt), end);
  return {
    port,
    line(text) {
      if (text.startsWith('id:')) return text;
      return text
        .replaceAll(folder, '/home/you')
        .replaceAll('test-model', 'qwen3-8b')
        .replaceAll(`127.0.0.1:${server.port}`, 'localhost:1234')
        .replaceAll('127.0.0.1:9/', 'box.local:8080/')
        .replaceAll(/127\.0\.0\.1:9\b/g, 'box.local:8080')
        .replaceAll(`"port":${port}`, '"port":4747')
        .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:4747')
        .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (at) =>
          new Date(time(Date.parse(at))).toISOString(),
        )
        .replaceAll(/(?<=[:,[])1[78]\d{11}(?=[,}\]])/g, (at) => String(Math.round(time(Number(at)))));
    },
    back: (text) =>
      text.replaceAll('/home/you', folder).replaceAll('%2Fhome%2Fyou', encodeURIComponent(folder)),
    instead(path, query) {
      if (path === '/v1/vitals') {
        const since = Date.parse(query.get('since') ?? '');
        return JSON.stringify(measured(since, NOW, Number(query.get('spans') ?? 60)));
      }
      if (path === '/v1/processes') return JSON.stringify(processes(NOW, query.get('name') ?? ''));
      return null;
    },
  };
}

/** What was done one after the other within half a minute, was done since four hours: the longer ago, the more so. */
function timeline(begin: number, end: number): (at: number) => number {
  const power = Math.log(4 * 3600) / Math.log((end - begin) / 1000);
  return (at) => {
    const seconds = (end - at) / 1000;
    // What is to come within a minute has just come.
    if (seconds < 0) return seconds > -60 ? NOW : NOW - seconds * 1000;
    return NOW - (seconds < 1 ? seconds : seconds ** power) * 1000;
  };
}
