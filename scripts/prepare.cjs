// Runs after `npm ci` in a checkout, so it must be understood by any Node there is.
'use strict';
var spawnSync = require('node:child_process').spawnSync;
var existsSync = require('node:fs').existsSync;
var join = require('node:path').join;
var built;
// Without the tools that build it there is no dashboard, and everything else works.
if (existsSync(join(__dirname, '..', 'node_modules', 'vite'))) {
  require('./require-node.cjs');
  built = spawnSync(process.execPath, [join(__dirname, 'build-web.ts')], { stdio: 'inherit' });
  process.exitCode = built.status === null ? 1 : built.status;
}
