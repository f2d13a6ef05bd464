import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../src/surfaces/client.ts';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** A file as the world knows it: every content it ever had, and the one it has now. */
export interface WrittenFile {
  /** Absolute. */
  path: string;
  name: string;
  contents: string[];
  /** Null = it is deleted. */
  now: string | null;
}

/** A home with a burst of changes going on in it, and the record of all that was done. */
export interface World {
  home: string;
  inbox: string;
  notes: string;
  database: string;
  server: ModelServer;
  files: Map<string, WrittenFile>;
  /** Keys of requests that were asked, and whether the daemon had said that it accepted them. */
  asked: Map<string, { accepted: boolean }>;
  /** Names of the rules in force. */
  rules: string[];
  /** Takes all rules but this one away, before any daemon lives. */
  only(rule: string): void;
  /** Edits a rule: what nobody has claimed is to be thought under its newer version. */
  editRule(): void;
  /** Makes so many changes of every kind. */
  change(count: number): void;
  /** One new file; its name. */
  add(): string;
  /** Writes a file's next content. */
  modify(name: string): void;
  /** Asks something under a key; a daemon that dies meanwhile has accepted it or not. */
  ask(key: string): Promise<void>;
  client(signal: AbortSignal): Client;
  close(): Promise<void>;
}

/** What the model makes of a document: a function of nothing but its words. */
function answerTo(prompt: string): unknown {
  const said = /word-\d+(?:-\d+)?/.exec(/BEGIN DOCUMENT \w+\n([\s\S]*?)\nEND/.exec(prompt)?.[1] ?? '')?.[0];
  if (prompt.includes('as a card')) return { title: said ?? 'none', tags: ['a', 'b'] };
  return said === undefined ? 'nothing' : `noted ${said}`;
}

export async function createWorld(random: SeededRandom): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'torture-'));
  const [inbox, notes, rules] = [join(home, 'inbox'), join(home, 'notes'), join(home, 'rules')];
  for (const each of [join(inbox, 'deep', 'er'), notes, rules]) mkdirSync(each, { recursive: true });
  const server = await startModelServer(async (prompt) => {
    if (random.chance(0.3)) await new Promise((resolve) => setTimeout(resolve, random.below(30)));
    return answerTo(prompt);
  });
  writeFileSync(
    join(home, 'config.yaml'),
    `lm_studio: { base_url: "${server.url}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ["${inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${notes}"]\n`,
  );
  for (const [name, text] of Object.entries(rulesFor(inbox, notes, 0)))
    writeFileSync(join(rules, `${name}.md`), text);
  const inForce = ['copy', 'log', 'card'];
  const files = new Map<string, WrittenFile>();
  const asked: World['asked'] = new Map();
  let words = 0;
  let edition = 0;
  const folders = [inbox, inbox, join(inbox, 'deep'), join(inbox, 'deep', 'er')];

  function put(file: WrittenFile, content: string, how: 'write' | 'atomic'): void {
    if (how === 'write') writeFileSync(file.path, content);
    else {
      writeFileSync(`${file.path}.saving`, content);
      renameSync(`${file.path}.saving`, file.path);
    }
    file.contents.push(content);
    file.now = content;
  }
  const fresh = () => `This is word-${++words}, and more of it.\n`;
  const howToSave = () => (random.chance(0.4) ? 'atomic' : 'write');

  function add(): string {
    const name = `f${files.size}.md`;
    const file: WrittenFile = { path: join(random.pick(folders), name), name, contents: [], now: null };
    files.set(name, file);
    put(file, fresh(), howToSave());
    return name;
  }
  function modify(name: string): void {
    const file = files.get(name);
    if (file) put(file, fresh(), howToSave());
  }

  function changeOne(): void {
    const dice = random.fraction();
    const file = files.size === 0 ? undefined : random.pick([...files.values()]);
    if (file === undefined || dice < 0.5) add();
    else if (file.now === null || dice < 0.7) put(file, fresh(), howToSave());
    else if (dice < 0.85) {
      // A -> B -> A: two changes where both are seen, none where they are not.
      const before = file.now;
      put(file, fresh(), howToSave());
      put(file, before, howToSave());
    } else {
      rmSync(file.path);
      file.now = null;
    }
  }

  const client = (signal: AbortSignal) =>
    createClient({ socket: join(home, 'state', 'daemon.sock'), start: '' }, signal);

  return {
    home,
    inbox,
    notes,
    database: join(home, 'state', 'consciousness.db'),
    server,
    files,
    asked,
    rules: inForce,
    only(rule) {
      for (const other of inForce.splice(0, inForce.length, rule))
        if (other !== rule) rmSync(join(rules, `${other}.md`));
    },
    editRule() {
      edition += 1;
      const { log } = rulesFor(inbox, notes, edition);
      if (log !== undefined) writeFileSync(join(rules, 'log.md'), log);
    },
    change(count) {
      for (let done = 0; done < count; done += 1) changeOne();
    },
    add,
    modify,
    async ask(key) {
      const known = asked.get(key) ?? { accepted: false };
      asked.set(key, known);
      try {
        await client(AbortSignal.timeout(10_000)).think({ text: `request ${key}`, key });
        known.accepted = true;
      } catch {
        // The daemon died meanwhile: whether it accepted is not known, and the key may be asked again.
      }
    },
    client,
    async close() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function rulesFor(inbox: string, notes: string, edition: number): Record<string, string> {
  const on = (more: string) => `on: { file: { paths: ["${inbox}/**/*.md"], settle: 20ms${more} } }`;
  return {
    copy: `---
${on('')}
outputs:
  - write: "${notes}/copies/{{ event.name }}"
    body: "{{ answer }}"
---
Say it again: {{ file.text }}
`,
    log: `---
${on(', changes: [added, modified, deleted]')}
outputs:
  - append: "${notes}/log.md"
    body: "- {{ event.name }} {{ event.change }}: {{ answer }}"
---
Log it (edition ${edition}): {{ file.text }}
`,
    card: `---
${on('')}
mind: { answer: { title: string, tags: [string] } }
outputs:
  - write: "${notes}/cards/{{ answer.title }}.md"
    body: "{{ answer.title }} of {{ event.name }}"
  - append: "${notes}/cards.md"
    body: "- {{ answer.title }}"
---
Tell it as a card: {{ file.text }}
`,
  };
}
