#!/usr/bin/env node
// Old Nodes must be able to read this file, as a script or as a module: no syntax newer than ES2018, and nothing
// imported before the check.
(() => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 24 || (major === 24 && minor < 15)) {
    process.stderr.write(
      `consciousness needs Node 24.15 or newer, and this is Node ${process.versions.node}: get it from https://nodejs.org/en/download or with \`nvm install 24\`.\n`,
    );
    process.exitCode = 78;
    return;
  }
  run().catch((error) => {
    console.error(error);
    process.exitCode = 70;
  });

  async function run() {
    await rememberCompiled();
    const cli = await load('../dist/surfaces/cli/main.js', '../src/surfaces/cli/main.ts');
    process.exitCode = await cli.main(process, async (options) => {
      const daemon = await load('../dist/main.js', '../src/main.ts');
      return daemon.runDaemon(options);
    });
  }

  /** The built file, or the source in a checkout that was not built. */
  async function load(built, source) {
    try {
      return await import(built);
    } catch (error) {
      const absent = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.url).endsWith(built.slice(2));
      if (!absent) throw error;
      return import(source);
    }
  }

  /**
   * Keeps compiled code in this user's own cache, which halves the time to start. Not in the folder for temporary
   * files, where another user could lay compiled code for us to run.
   */
  async function rememberCompiled() {
    const nodeModule = await import('node:module');
    const home = process.env.HOME;
    const cache = process.env.XDG_CACHE_HOME || (home ? `${home}/.cache` : '');
    if (cache.startsWith('/')) nodeModule.enableCompileCache(`${cache}/consciousness/compiled`);
  }
})();
