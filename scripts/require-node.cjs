// Runs before every script of package.json, so it must be understood by any Node there is.
'use strict';
var wanted = /(\d+)\.(\d+)/.exec(require('../package.json').engines.node);
var have = process.versions.node.split('.').map(Number);
var major = Number(wanted[1]);
var minor = Number(wanted[2]);
if (have[0] < major || (have[0] === major && have[1] < minor)) {
  process.stderr.write(
    `consciousness needs Node ${wanted[0]} or newer, this is ${process.versions.node}: run \`npm ci\` (without --ignore-scripts), which brings it, then \`npm run …\` again\n`,
  );
  process.exit(78);
}
