import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { json, root, sourcesIn } from '../engineering/tree.ts';

interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}

/** What of a lockfile would install something that nobody has looked at. */
function problemsOf(
  packages: Record<string, Locked>,
  wanted: readonly string[],
  allowed: Readonly<Record<string, boolean>>,
): string[] {
  const all = Object.entries(packages).filter(([path]) => path !== '');
  const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');
  return [
    ...wanted.filter((name) => !(`node_modules/${name}` in packages)).map((name) => `${name} is not locked`),
    ...all.flatMap(([path, { resolved, integrity, link, hasInstallScript }]) => [
      ...(link ? [`${path} is a link`] : []),
      ...(resolved === undefined ? [] : [`${path} comes from ${resolved}`]),
      ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ? [] : [`${path} has no SHA-512`]),
      ...(hasInstallScript && !(nameOf(path) in allowed)
        ? [`${path} has a script that nobody decided on`]
        : []),
    ]),
  ];
}

describe('what is installed', () => {
  const manifest = json('package.json');
  const { packages, lockfileVersion } = json('package-lock.json');
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

  it('is locked by content, from no address, and runs only scripts that were decided on', () => {
    assert.equal(lockfileVersion, 3);
    assert.deepEqual(problemsOf(packages, wanted, manifest.allowScripts), []);
    // `node` alone needs its own, to get Node itself; nothing that users install does.
    const scripted = Object.entries(manifest.allowScripts).filter(([, allowed]) => allowed);
    assert.deepEqual(
      scripted.map(([name]) => name),
      ['node'],
    );
    assert.equal('node' in manifest.dependencies, false);
  });

  it('would be noticed otherwise', () => {
    const integrity = `sha512-${'a'.repeat(86)}==`;
    const good = { 'node_modules/a': { integrity } };
    assert.deepEqual(problemsOf(good, ['a'], {}), []);
    for (const [locked, problem] of [
      [{}, /a is not locked/],
      [{ 'node_modules/a': {} }, /no SHA-512/],
      [{ 'node_modules/a': { integrity: 'sha1-x' } }, /no SHA-512/],
      [{ 'node_modules/a': { integrity, resolved: 'https://evil.example/a.tgz' } }, /comes from/],
      [{ 'node_modules/a': { integrity, link: true } }, /is a link/],
      [{ 'node_modules/a': { integrity, hasInstallScript: true } }, /script/],
      [{ ...good, 'node_modules/a/node_modules/b': { integrity, hasInstallScript: true } }, /b has a script/],
    ] as const)
      assert.match(problemsOf(locked, ['a'], {}).join(), problem);
  });

  it('is what the lockfile says: whatever installs here does so by `npm ci`', () => {
    const texts = [
      '.ci/run',
      'README.md',
      'CONTRIBUTING.md',
      ...readdirSync(join(root, '.githooks')).map((name) => `.githooks/${name}`),
    ];
    for (const name of texts) {
      const installing =
        readFileSync(join(root, name), 'utf8').match(
          /\bnpm (?:i|install|add|update|exec)\b.*|\bnpx -y\b.*|\b(?:curl|wget)\b.*\|\s*(?:ba)?sh.*/g,
        ) ?? [];
      assert.deepEqual(
        installing.filter((line) => !/ -g | --global /.test(line)),
        [],
        name,
      );
    }
  });

  it('is never changed by the program itself: it starts no package manager', () => {
    for (const { path, text } of sourcesIn('src'))
      assert.doesNotMatch(
        text,
        /\b(?:spawn|exec|execFile|fork)(?:Sync)?\(\s*['"`](?:npm|npx|corepack|yarn|pnpm)\b/,
        path,
      );
  });
});
