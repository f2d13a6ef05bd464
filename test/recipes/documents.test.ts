import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cli, show, thoughtsOf } from '../support/daemon.ts';
import { assertCost, assertSettled, came, install } from './recipe.ts';

const day = () => new Date().toLocaleDateString('sv');

describe('the recipe inbox', () => {
  it('makes a note of a document and files it once that is approved; undo takes both back', async (t) => {
    const recipe = await install(t, 'inbox');
    const { home, notes, watched } = recipe;
    const daemon = await recipe.start();
    recipe.drop('fennmoor-invoice.pdf');
    await came(daemon, 'inbox', 'proposed');
    const note = '2026-03-12-invoice-fi-2026-0412-from-fennmoor-instruments.md';
    assert.deepEqual(recipe.noteNames(), [note, 'index.md']);
    assert.match(
      recipe.note(note),
      /^---\ntitle: "Invoice FI-2026-0412 .*"\ndate: "2026-03-12"\nparty: "Fennmoor Instruments Ltd"\namount: "€905\.40"\n/,
    );
    assert.match(
      recipe.note('index.md'),
      /\n- 2026-03-12 Invoice .*, €905\.40 \(from fennmoor-invoice\.pdf\)\n/,
    );
    assert.ok(existsSync(join(watched, 'fennmoor-invoice.pdf')), 'it is not moved before that is approved');
    assertCost('inbox', 'inbox', recipe);

    const [thought] = await thoughtsOf(home);
    const approved = await cli(home, 'inbox', 'approve', thought?.id ?? '', '--yes');
    assert.equal(approved.code, 0, approved.stderr);
    await came(daemon, 'inbox');
    const filed = join(notes, 'Filed', '2026', 'fennmoor-invoice.pdf');
    assert.deepEqual(readFileSync(filed), readFileSync(recipe.sample('fennmoor-invoice.pdf')));
    assert.equal(existsSync(join(watched, 'fennmoor-invoice.pdf')), false);
    assert.equal((await cli(home, 'undo', thought?.id ?? '')).code, 0);
    assert.ok(existsSync(join(watched, 'fennmoor-invoice.pdf')));
    assert.deepEqual(recipe.noteNames(), []);
    await assertSettled(recipe, daemon);
    assert.equal(recipe.server.prompts.length, 1, 'filed and taken back, it is no new document');
  });
});

describe('the recipe minutes', () => {
  it('writes minutes of a transcript and puts its tasks on the list, each once', async (t) => {
    const recipe = await install(t, 'minutes');
    recipe.change('minutes', 'settle: 10s', 'settle: 100ms');
    const daemon = await recipe.start();
    recipe.drop('pier-mast.vtt');
    await came(daemon, 'minutes');
    assert.deepEqual(recipe.noteNames(), ['Tasks.md', 'minutes/2026-03-17-mast-on-the-pier.md']);
    const minutes = recipe.note('minutes/2026-03-17-mast-on-the-pier.md');
    assert.match(
      minutes,
      /## Decisions\n\n- The anemometer .*\n- The tide gauge .*\n\n## Tasks\n\n- Workshop: /,
    );
    assert.match(
      recipe.note('Tasks.md'),
      /^## Mast on the pier\n\n- \[ \] Workshop: order the seal.*\n- \[ \] Harbour office: .*\n$/,
    );
    assertCost('minutes', 'minutes', recipe);
    await assertSettled(recipe, daemon);
  });
});

describe('the recipe screenshots', () => {
  it('shows the picture to a model that sees, describes it, and renames it once that is approved', async (t) => {
    const recipe = await install(t, 'screenshots');
    const { home, watched, server } = recipe;
    recipe.change('screenshots', 'settle: 2s', 'settle: 100ms');
    sees(recipe);
    const daemon = await recipe.start();
    recipe.drop('Screenshot 2026-03-12 07.31.png');
    await came(daemon, 'screenshots', 'proposed');
    const name = `${day()}-terminal-disk-full-tides-service`;
    assert.deepEqual(recipe.noteNames(), [`screenshots/${name}.md`]);
    assert.match(
      recipe.note(`screenshots/${name}.md`),
      /\n> ERROR: cannot write \/var\/lib\/tides:\n> No space left on device\n/,
    );
    const shown = JSON.stringify(server.bodies[0]?.messages);
    assert.match(shown, /data:image\/png;base64,/);
    // Where tesseract is installed, it reads the picture's words as well.
    if (server.prompts[0]?.includes('attached as pictures')) assertCost('screenshots', 'screenshots', recipe);
    const [thought] = await thoughtsOf(home);
    assert.equal((await cli(home, 'inbox', 'approve', thought?.id ?? '', '--yes')).code, 0);
    await came(daemon, 'screenshots');
    assert.ok(existsSync(join(watched, `${name}.png`)));
    await assertSettled(recipe, daemon);
  });
});

/** The model server says that its model sees, as LM Studio does. */
function sees({ server, home }: Awaited<ReturnType<typeof install>>): void {
  server.native = {
    models: [
      {
        type: 'llm',
        key: 'test-model',
        capabilities: { vision: true, trained_for_tool_use: true },
        loaded_instances: [{ id: 'test-model', config: { context_length: 16_384 } }],
      },
    ],
  };
  const text = readFileSync(join(home.folder, 'config.yaml'), 'utf8');
  home.config(
    text
      .replace(/^providers:[\s\S]*?^default_models: .*$/m, '')
      .concat(`lm_studio: { base_url: "${server.url}", model: test-model }\n`),
  );
}

describe('the recipe downloads', () => {
  it('proposes where each download goes, reads no archive, and moves what is approved', async (t) => {
    const recipe = await install(t, 'downloads');
    const { home, watched } = recipe;
    for (const rule of ['downloads-known', 'downloads-read'])
      recipe.change(rule, 'settle: 10s', 'settle: 100ms');
    const daemon = await recipe.start();
    recipe.drop('tide-tables.zip');
    recipe.drop('booking.txt');
    await came(daemon, 'downloads-known', 'proposed');
    await came(daemon, 'downloads-read', 'proposed');
    const targets = await Promise.all((await thoughtsOf(home)).map(({ id }) => show(home, id)));
    assert.deepEqual(
      targets.flatMap(({ outputs }) => outputs.map(({ target }) => target.slice(watched.length))).sort(),
      ['/Sorted/Archives/tide-tables.zip', '/Sorted/Tickets/booking.txt'],
    );
    assert.deepEqual(recipe.noteNames(), []);
    assertCost('downloads', 'downloads-known', recipe);
    assertCost('downloads', 'downloads-read', recipe);
    for (const { id } of targets) assert.equal((await cli(home, 'inbox', 'approve', id, '--yes')).code, 0);
    await came(daemon, 'downloads-known');
    await came(daemon, 'downloads-read');
    assert.ok(existsSync(join(watched, 'Sorted/Archives/tide-tables.zip')));
    assert.ok(existsSync(join(watched, 'Sorted/Tickets/booking.txt')));
    await assertSettled(recipe, daemon);
  });

  it('sorts a download by its last name, once it is complete', async (t) => {
    const recipe = await install(t, 'downloads');
    recipe.change('downloads-known', 'settle: 10s', 'settle: 100ms');
    const daemon = await recipe.start();
    const partly = join(recipe.watched, 'tides.png.crdownload');
    copyFileSync(recipe.sample('tide-tables.zip'), partly);
    writeFileSync(join(recipe.watched, 'other.iso'), 'whole');
    await came(daemon, 'downloads-known', 'proposed');
    renameSync(partly, join(recipe.watched, 'tides.png'));
    await came(daemon, 'downloads-known', 'proposed', 2);
    const targets = await Promise.all((await thoughtsOf(recipe.home)).map(({ id }) => show(recipe.home, id)));
    assert.deepEqual(
      targets
        .flatMap(({ outputs }) => outputs.map(({ target }) => target.slice(recipe.watched.length)))
        .sort(),
      ['/Sorted/Pictures/tides.png', '/Sorted/Programs/other.iso'],
    );
    await daemon.end();
  });
});

describe('the recipe code-review', () => {
  it('keeps one review for each file, of what it is now', async (t) => {
    const recipe = await install(t, 'code-review');
    recipe.change('code-review', 'settle: 5s', 'settle: 100ms');
    const daemon = await recipe.start();
    recipe.drop('gauge.py');
    await came(daemon, 'code-review');
    assert.deepEqual(recipe.noteNames(), ['reviews/gauge-py.md']);
    assert.match(
      recipe.note('reviews/gauge-py.md'),
      /^# gauge\.py\n\n.*, 3 findings by .*\n\n- \*\*bug\*\* It returns .*\n\n {2}`return False`\n\n- \*\*bug\*\* /,
    );
    assertCost('code-review', 'code-review', recipe);
    recipe.server.answer = () => ({ findings: [] });
    const mended = readFileSync(join(recipe.watched, 'gauge.py'), 'utf8').replace(
      '        return False',
      '    return False',
    );
    writeFileSync(join(recipe.watched, 'gauge.py'), mended);
    await came(daemon, 'code-review', 'done', 2);
    assert.deepEqual(recipe.noteNames(), ['reviews/gauge-py.md']);
    assert.match(recipe.note('reviews/gauge-py.md'), /, 0 findings by /);
    await assertSettled(recipe, daemon);
  });
});
