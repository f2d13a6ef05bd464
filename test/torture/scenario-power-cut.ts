import { statSync } from 'node:fs';
import { makeBackup } from '../../src/store/backup.ts';
import { openStore } from '../../src/store/open.ts';

// A store that works until it is killed: each line it prints is a commit that was acknowledged, and how long the
// write-ahead journal was then.
const [file = '', thoughts = '0'] = process.argv.slice(2);
const HOLD = { owner: 'o', attempt: 1 };
const CALL = {
  model: null,
  firstTokenMs: 1,
  totalMs: 2,
  inputTokens: 3,
  outputTokens: 4,
  raw: 'raw '.repeat(50),
};

const store = await openStore(file, () => process.exit(3));
const [root] = await store.write('registerRoots', { paths: ['/inbox'], now: 1 });
await store.write('saveRules', { rules: [{ name: 'r', version: 'v', file: '/r.md', text: '{}' }], now: 1 });
if (!root) throw new Error('no root');
await makeBackup(file, Date.now());
say();

for (let n = 0; n < Number(thoughts); n += 1) {
  const stat = { dev: 1, ino: n, birth: 1, size: n, mtime: n, ctime: n };
  const match = {
    rule: 'r',
    version: 'v',
    settleMs: 0,
    priority: 1,
    seenAs: 'added' as const,
    carried: false,
  };
  const observation = {
    path: `${n}.md`,
    change: 'added' as const,
    stat,
    hash: `h${n}`,
    binary: false,
    growing: false,
    observedAt: 1000,
    matches: [match],
  };
  const [seen] = await store.write('observe', {
    root,
    observations: [observation],
    baselined: false,
    now: 2000,
  });
  say();
  const id = seen?.thoughts[0] ?? '';
  const text = `what stands in document ${n} `.repeat(20 + n);
  const format = { format: 'text', characters: text.length, truncated: false, content: text.slice(0, 280) };
  await store.write('captured', { id, now: 3000, kind: 'captured', text, ...format });
  say();
  await store.write('claim', {
    owner: 'o',
    lanes: [{ versions: ['v'], slots: 1 }],
    leaseMs: 30_000,
    now: 3000,
  });
  say();
  const sent = {
    provider: 'p',
    model: 'm',
    prompt: `prompt ${text}`,
    promptKey: `key ${n}`,
    mayReuse: false,
  };
  await store.write('send', { id, ...HOLD, ...sent, now: 3000 });
  say();
  const output = {
    position: 0,
    kind: 'write' as const,
    mode: 'create' as const,
    wanted: `/notes/${n}.md`,
    target: `/notes/${n}.md`,
    content: `note ${text}`,
    before: null,
    reason: '',
  };
  const answer = { answer: `note ${n}`, outputs: [output], call: CALL, reusedFrom: null, reason: '' };
  await store.write('record', { id, ...HOLD, ...answer, now: 4000 });
  say();
  const entry = { ino: n, size: n, mtime: n, hash: `x${n}`, sha256: `s${n}` };
  const { position, target } = output;
  await store.write('ledger', { id, ...HOLD, position, target, entry, replaced: null });
  say();
  const outputs = [{ position, state: 'applied' as const, reason: '', target }];
  await store.write('finish', { id, ...HOLD, outputs, now: 5000 });
  say();
}
process.stdout.write('end\n');
setInterval(() => undefined, 60_000);

function say(): void {
  process.stdout.write(`${statSync(`${file}-wal`).size}\n`);
}
