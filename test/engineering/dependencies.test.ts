import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { json, packageOf, root, sourcesIn } from './tree.ts';

const manifest = json('package.json');
const locked: Record<string, Locked> = json('package-lock.json').packages;
const none: string[] = [];

/** Licences that ask for no more than to be named. Anything else is a decision for people. */
const ALLOWED = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
];

/**
 * Asks that changes to its own files are published: tools of development may have it, of which nothing is in the package
 * (axe-core looks at the dashboard's pages in tests; lightningcss makes its style sheet small).
 */
const ALLOWED_TOOLS = [...ALLOWED, 'MPL-2.0'];

interface Locked {
  license?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
}

describe('the dependencies', () => {
  const imports = (folder: string) =>
    sourcesIn(folder).flatMap(({ path, imports }) =>
      imports.filter(({ from }) => !from.startsWith('.')).map(({ from }) => ({ path, from })),
    );

  it('are all that the source imports: none by accident, none for development only', () => {
    const wrong = imports('src')
      .filter(({ from }) => !isBuiltin(from) && !(packageOf(from) in manifest.dependencies))
      .map(({ path, from }) => `${path}: ${from}`);
    assert.deepEqual(wrong, none);
  });

  it('are named in full: modules of Node begin with node:', () => {
    const wrong = ['src', 'test', 'scripts', 'bench']
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap(imports)
      .filter(({ from }) => isBuiltin(from) && !from.startsWith('node:'))
      .map(({ path, from }) => `${path}: ${from}`);
    assert.deepEqual(wrong, none);
  });

  it('are pinned to exact versions', () => {
    const wrong = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(version)))
      .map(([name, version]) => `${name}: ${version}`);
    assert.deepEqual(wrong, none);
  });

  it('are locked by content, and to no registry', () => {
    const wrong = Object.entries(locked)
      .filter(
        ([path, { resolved, integrity, link }]) =>
          path !== '' && (resolved !== undefined || link || !integrity),
      )
      .map(([path]) => path);
    assert.deepEqual(wrong, none);
  });

  it('are locked as package.json wants them', () => {
    const { dependencies, devDependencies } = json('package-lock.json').packages[''];
    assert.deepEqual(dependencies, manifest.dependencies);
    assert.deepEqual(devDependencies, manifest.devDependencies);
  });

  it('have licences that allow to use them in anything', () => {
    const wrong = Object.entries(locked)
      .filter(([path]) => path !== '')
      .map(([path, entry]) => [path, entry.license ?? installedLicence(path), entry.dev === true] as const)
      .filter(([, licence, isTool]) => !allows(licence, isTool ? ALLOWED_TOOLS : ALLOWED))
      .map(([path, licence]) => `${path.replace(/^.*node_modules\//, '')}: ${licence}`);
    assert.deepEqual(wrong, none);
  });

  it('have a licence expression that is read as SPDX means it', () => {
    assert.equal(allows('(AFL-2.1 OR BSD-3-Clause)'), true);
    assert.equal(allows('MIT AND GPL-3.0-only'), false);
    assert.equal(allows('GPL-3.0-only'), false);
    assert.equal(allows('MPL-2.0'), false);
    assert.equal(allows('(MIT AND (GPL-2.0-only OR ISC))'), true);
    assert.equal(allows(''), false);
  });

  it('run no scripts of their own at install, and we build the dashboard in a checkout and do nothing else', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'preprepare', 'postprepare'];
    assert.equal(manifest.scripts['prepare'], 'node scripts/prepare.cjs');
    assert.deepEqual(
      hooks.filter((hook) => hook in manifest.scripts),
      none,
    );
    const scripted = Object.entries(locked)
      .filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev)
      .map(([path]) => path);
    // its script compiles only where asked to by an environment variable; its binaries are packages
    assert.deepEqual(scripted, ['node_modules/@parcel/watcher']);
  });
});

function installedLicence(path: string): string {
  const file = join(path, 'package.json');
  return existsSync(join(root, file)) ? String(json(file).license) : 'unknown';
}

/** Whether an SPDX expression can be satisfied with allowed licences: one side of OR, both of AND. */
function allows(expression: string, allowed = ALLOWED): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  const either = (): boolean => {
    let isAllowed = both();
    while (words[0] === 'OR') {
      words.shift();
      isAllowed = both() || isAllowed;
    }
    return isAllowed;
  };
  const both = (): boolean => {
    let isAllowed = one();
    while (words[0] === 'AND') {
      words.shift();
      isAllowed = one() && isAllowed;
    }
    return isAllowed;
  };
  const one = (): boolean => {
    const word = words.shift();
    if (word !== '(') return word !== undefined && allowed.includes(word);
    const isAllowed = either();
    return words.shift() === ')' && isAllowed;
  };
  return either() && words.length === 0;
}
