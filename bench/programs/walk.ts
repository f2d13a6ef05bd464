import { lstatSync, readdirSync } from 'node:fs';

// The least that finding what changed in a tree can cost: list every directory and lstat every name. Prints how many
// files there are, and the processor time (s) that it took.
const [folder = ''] = process.argv.slice(2);
let files = 0;
walk(folder);
const { user, system } = process.cpuUsage();
console.log(files);
console.log((user + system) / 1e6);

function walk(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (lstatSync(path).isDirectory()) walk(path);
    else files += 1;
  }
}
