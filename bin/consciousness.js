#!/usr/bin/env node
// Old Nodes must be able to read this file: no syntax newer than ES2018, nothing imported before the check.
(function () {
  var needed = [24, 15];
  var found = process.versions.node.split('.').map(Number);
  if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
    process.stderr.write(
      'consciousness needs Node ' +
        needed.join('.') +
        ' or newer, and this is Node ' +
        process.versions.node +
        ': get it from https://nodejs.org/en/download or with `nvm install 24`.\n',
    );
    process.exitCode = 78;
    return;
  }
  run();

  function run() {
    rememberCompiled()
      .then(function () {
        return load('../dist/surfaces/cli/main.js', '../src/surfaces/cli/main.ts');
      })
      .then(function (cli) {
        return cli.main(process, function (options) {
          return load('../dist/main.js', '../src/main.ts').then(function (daemon) {
            return daemon.runDaemon(options);
          });
        });
      })
      .then(function (code) {
        process.exitCode = code;
      })
      .catch(function (error) {
        console.error(error);
        process.exitCode = 70;
      });
  }

  /** The built file, or the source in a checkout that was not built. */
  function load(built, source) {
    return import(built).catch(function (error) {
      var absent = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.url).endsWith(built.slice(2));
      if (!absent) throw error;
      return import(source);
    });
  }

  /**
   * Keeps compiled code in this user's own cache: half the time to start. Not in the folder for temporary files,
   * where another user could lay compiled code for us to run.
   */
  function rememberCompiled() {
    return import('node:module').then(function (nodeModule) {
      var home = process.env.HOME;
      var cache = process.env.XDG_CACHE_HOME || (home ? home + '/.cache' : '');
      if (cache.startsWith('/')) nodeModule.enableCompileCache(cache + '/consciousness/compiled');
    });
  }
})();
