import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { root } from './tool.ts';

/**
 * Libraries that every start needs and that come as some hundred files each: as one file they load in a third of
 * the time [measured: 50 ms and 15 ms with compiled code cached].
 */
const LIBRARIES = ['yaml', 'zod'];

/** Puts each library into one file of the package, its licence beside it, and points the compiled code there. */
export async function bundleLibraries(dist: string): Promise<void> {
  const folder = join(dist, 'libraries');
  await mkdir(folder, { recursive: true });
  for (const name of LIBRARIES) {
    await build({
      stdin: { contents: `export * from '${name}';`, resolveDir: root },
      outfile: join(folder, `${name}.js`),
      bundle: true,
      format: 'esm',
      // Their builds of ES modules: what is CommonJS would lose the names of its exports.
      platform: 'neutral',
      target: 'node24',
      plugins: [onlyEnglish],
    });
    await copyFile(join(root, 'node_modules', name, 'LICENSE'), join(folder, `${name}.LICENSE`));
  }
  for (const file of await readdir(dist, { recursive: true })) {
    if (file.endsWith('.js') && dirname(file) !== 'libraries') await pointTo(folder, join(dist, file));
  }
}

/** zod's messages in fifty other languages, which nothing asks for. */
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup(bundling) {
    bundling.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

async function pointTo(libraries: string, file: string): Promise<void> {
  const code = await readFile(file, 'utf8');
  const pointed = code.replaceAll(/ from '(\w+)'/g, (whole, name: string) => {
    if (!LIBRARIES.includes(name)) return whole;
    const path = relative(dirname(file), join(libraries, `${name}.js`));
    return ` from '${path.startsWith('.') ? path : `./${path}`}'`;
  });
  if (pointed !== code) await writeFile(file, pointed);
}
