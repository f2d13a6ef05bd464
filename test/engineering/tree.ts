import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The top of the repository. */
export const root = dirname(dirname(import.meta.dirname));

/** A module of ours; `path` is relative to the top, with `/`. */
export interface Source {
  path: string;
  text: string;
  imports: Import[];
}

export interface Import {
  /** What stands in quotes. */
  from: string;
  /** Gone at run time. */
  typeOnly: boolean;
}

/** Every TypeScript module beneath a folder. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(text) };
    });
}

/** What a module imports: `import … from`, `export … from`, `import '…'` and `import('…')`. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const statements = code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...Array.from(statements, ([, type, from = '']) => ({ from, typeOnly: type !== undefined })),
    ...Array.from(calls, ([, from = '']) => ({ from, typeOnly: false })),
  ];
}

/** `src/senses/files/scan.ts` is in `senses`; `src/main.ts` and `src/main/…` are `main`. */
export function layerOf(path: string): string {
  const [, first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}

/** The path of a relatively imported module. */
export function resolved(importer: string, from: string): string {
  return join(dirname(importer), from);
}

/** The name of the package that an import is from: `@scope/name/deep` is in `@scope/name`. */
export function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Reads a JSON file at the top of the repository. */
export function json(path: string) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
