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
    const cli = await load('surfaces/cli/main');
    process.exitCode = await cli.main(process, {
      async runDaemon(options) {
        const daemon = await load('main');
        const v8 = await import('node:v8');
        return daemon.runDaemon({
          ...options,
          onReady(info) {
            keepSmall(v8);
            options.onReady(info);
          },
        });
      },
      rehearse: async (options) => (await load('main')).rehearse(options),
      survey: async (options) => (await load('main')).survey(options),
      compare: async (options) => (await load('main')).compare(options),
      lookAtProcesses: async (options) => (await load('main')).lookAtProcesses(options),
      lookAtVitals: async (signal) => (await load('main')).lookAtVitals(signal),
    });
  }

  /** The source in a checkout, so that nobody runs yesterday's build; the package has only the built file. */
  async function load(name) {
    const { existsSync } = await import('node:fs');
    const source = new URL(`../src/${name}.ts`, import.meta.url);
    return import(existsSync(source) ? source : new URL(`../dist/${name}.js`, import.meta.url));
  }

  /**
   * A daemon lives for weeks and mostly waits: small young generations save some 30 MB of its memory [measured].
   * While it starts they would cost a tenth of the time, and leave nothing that is not collected soon. With work to
   * do the heap may double before all of it is looked through: a fifth less processor time a file [measured].
   */
  function keepSmall(v8) {
    v8.setFlagsFromString('--max-semi-space-size=1');
    v8.setFlagsFromString('--optimize-for-size');
    v8.setFlagsFromString('--heap-growing-percent=100');
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
