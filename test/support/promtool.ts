import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';

export const PROMTOOL = '/usr/bin/promtool';

/** Why there is no promtool to check with; false where there is one. */
export const noPromtool = await access(PROMTOOL).then(
  () => false,
  () => `no ${PROMTOOL} (Debian package prometheus)`,
);

/** What Prometheus's own tool has to say about metrics; empty where it is content. */
export async function promtool(metrics: string): Promise<string> {
  const child = spawn(PROMTOOL, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  child.stdin.end(metrics);
  const [code] = await once(child, 'close');
  return code === 0 ? said : `${said}(exit ${code})`;
}
