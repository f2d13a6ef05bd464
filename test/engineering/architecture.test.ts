import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { importsOf, json, layerOf, resolved, root, sourcesIn } from './tree.ts';

const layers: Record<string, string[]> = json('layers.json');
const sources = sourcesIn('src');
const none: string[] = [];

/** `path: what` for every finding, so that a failure shows all of them at once. */
function findings(find: (source: (typeof sources)[number]) => string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

describe('the tree', () => {
  it('has folders in flow order: each may import only what stands above it', () => {
    const above: string[] = [];
    for (const [layer, allowed] of Object.entries(layers)) {
      assert.deepEqual(
        allowed.filter((each) => !above.includes(each)),
        none,
        layer,
      );
      above.push(layer);
    }
  });

  it('has no folder that layers.json does not know', () => {
    assert.deepEqual(
      findings(({ path }) => (layerOf(path) in layers ? [] : [`${layerOf(path)} is no layer`])),
      none,
    );
  });

  it('obeys layers.json in every import', () => {
    const wrong = findings(({ path, imports }) =>
      imports
        .filter(({ from }) => from.startsWith('.'))
        .map(({ from }) => layerOf(resolved(path, from)))
        .filter((to) => to !== layerOf(path) && !layers[layerOf(path)]?.includes(to))
        .map((to) => `${layerOf(path)} may not import ${to}`),
    );
    assert.deepEqual(wrong, none);
  });

  it('has no module that imports itself by way of others', () => {
    const edges = new Map(
      sources.map(({ path, imports }) => [
        path,
        imports
          .filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly)
          .map(({ from }) => resolved(path, from)),
      ]),
    );
    const clear = new Set<string>();
    const cycles: string[] = [];
    const walk = (path: string, trail: string[]) => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (clear.has(path) || trail.includes(path)) return;
      for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
      clear.add(path);
    };
    for (const { path } of sources) walk(path, []);
    assert.deepEqual(cycles, none);
  });

  it('imports its own modules by their whole name, and only such as exist within src', () => {
    const wrong = findings(({ path, imports }) =>
      imports
        .filter(({ from }) => from.startsWith('.'))
        .filter(({ from }) => {
          const target = resolved(path, from);
          return !target.endsWith('.ts') || !target.startsWith('src/') || !existsSync(join(root, target));
        })
        .map(({ from }) => from),
    );
    assert.deepEqual(wrong, none);
  });

  it('has SQL only in the store', () => {
    const drivers = /^(?:kysely|node:sqlite|pg|better-sqlite3)(?:\/|$)/;
    const wrong = findings(({ path, imports }) =>
      layerOf(path) === 'store'
        ? []
        : imports.filter(({ from }) => drivers.test(from)).map(({ from }) => from),
    );
    assert.deepEqual(wrong, none);
  });

  it('reads the environment only in the configuration', () => {
    const wrong = findings(({ path, text }) =>
      layerOf(path) !== 'config' && /\bprocess\s*\.\s*env\b|\benv\b[^;]*\bfrom 'node:process'/.test(text)
        ? ['process.env']
        : [],
    );
    assert.deepEqual(wrong, none);
  });

  it('has no default exports, no barrels and no drawers', () => {
    const wrong = findings(({ path, text }) => [
      ...(/^export default\b/m.test(text) ? ['export default'] : []),
      ...(/^export \*/m.test(text) ? ['export *'] : []),
      ...(/(?:^|\/)(?:index|utils?|helpers?|common|types?|misc|shared)(?:\.ts|\/)/.test(path)
        ? ['a name that says nothing']
        : []),
    ]);
    assert.deepEqual(wrong, none);
  });

  it('has the rules against any, ! and default exports on in the linter, and silenced nowhere', () => {
    const { rules } = json('biome.json').linter;
    assert.equal(rules.suspicious.noExplicitAny, 'error');
    assert.equal(rules.style.noNonNullAssertion, 'error');
    assert.equal(rules.style.noDefaultExport, 'error');
    const silenced =
      /biome-ignore(?:-all|-start)?[^:]*(?:noExplicitAny|noNonNullAssertion|noDefaultExport)|@ts-(?:ignore|nocheck|expect-error)/;
    assert.deepEqual(
      findings(({ text }) => silenced.exec(text)?.slice(0, 1) ?? []),
      none,
    );
  });

  it('has no module of more than 300 lines', () => {
    const wrong = findings(({ text }) => {
      const lines = text.split('\n').length - 1;
      return lines > 300 ? [`${lines} lines`] : [];
    });
    assert.deepEqual(wrong, none);
  });

  it('has no unfinished words', () => {
    const words = /(?:\/\/|\*)\s*(?:TODO|FIXME|XXX|HACK)\b|\bnot (?:yet )?implemented\b/;
    assert.deepEqual(
      findings(({ text }) => words.exec(text)?.slice(0, 1) ?? []),
      none,
    );
  });
});

describe('the reader of imports that these tests stand on', () => {
  it('sees every form of import, over lines too, and none in comments', () => {
    const text = [
      "import one from 'one';",
      "import type { Two } from './two.ts';",
      "import {\n  three,\n  type Four,\n} from './three.ts';",
      "import './five.ts';",
      "export { six } from './six.ts';",
      "const seven = await import('./seven.ts');",
      "// import no from 'no';",
      " * import no from 'no';",
      "export const from = 'no';",
    ].join('\n');
    assert.deepEqual(importsOf(text), [
      { from: 'one', typeOnly: false },
      { from: './two.ts', typeOnly: true },
      { from: './three.ts', typeOnly: false },
      { from: './five.ts', typeOnly: false },
      { from: './six.ts', typeOnly: false },
      { from: './seven.ts', typeOnly: false },
    ]);
  });
});
