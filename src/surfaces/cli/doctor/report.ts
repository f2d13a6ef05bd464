import { readFile, writeFile } from 'node:fs/promises';
import { arch, homedir, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { toFs } from '../../../base/path-text.ts';
import { createScrubber } from '../../../base/scrub.ts';
import { shownValues } from '../../../config/shown.ts';
import type { Context } from '../command.ts';
import { bytes } from '../phrases.ts';
import { readConfig } from '../problems.ts';
import type { Finding } from './finding.ts';

/** Lines of the log that go along. */
const LOG_LINES = 200;

/**
 * Writes one text file for somebody who is asked for help: findings, versions, configuration, names of rules, status,
 * the last log lines. No captured text, no prompt, no answer; known and likely secrets are hidden, and the home folder
 * is written `~`.
 */
export async function writeReport(context: Context, findings: readonly Finding[]): Promise<void> {
  const { clock, cwd, err, version, platform } = context;
  const loaded = await readConfig(context);
  const folders = await context.folders();
  const scrub = createScrubber(() => (loaded.ok ? loaded.config.secrets : []));
  const status = await context
    .client()
    .then((client) => client.status())
    .catch(() => null);
  const log = await readFile(toFs(`${folders.logs}/consciousness.log`), 'utf8').catch(() => '');
  const sections: [string, string][] = [
    [
      'Machine',
      `consciousness ${version}, Node ${process.versions.node}, ${platform} ${release()} ${arch()}, ${bytes(totalmem())} of memory`,
    ],
    [
      'Findings',
      findings.map(({ status: state, check, detail }) => `${state}  ${check}: ${detail}`).join('\n'),
    ],
    [
      'Configuration',
      loaded.ok
        ? JSON.stringify(shownValues(loaded.config.values), null, 2)
        : JSON.stringify(loaded.problems, null, 2),
    ],
    ['Status', status === null ? 'no daemon is running' : JSON.stringify(status, null, 2)],
    [`Last ${LOG_LINES} lines of the log`, log.trim().split('\n').slice(-LOG_LINES).join('\n')],
  ];
  const text = sections.map(([title, body]) => `## ${title}\n\n${body}\n`).join('\n');
  const home = homedir();
  // A service may have none, or the root folder.
  const hidden = home.length > 1 ? scrub(text).replaceAll(home, '~') : scrub(text);
  const at = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const file = resolve(cwd, `consciousness-report-${at}.txt`);
  await writeFile(file, hidden, { mode: 0o600, flag: 'wx' });
  err.line();
  err.line('Written to ', ['bold', file], `: ${sections.map(([title]) => title.toLowerCase()).join(', ')}.`);
  err.line(
    'Secrets are hidden and no text of yours is in it, but names of files are: read it before you send it.',
  );
}
