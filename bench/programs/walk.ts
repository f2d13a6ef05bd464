import { lstatSync, readdirSync } from 'node:fs';

// The least that finding what changed in a tree can cost: list every directory and lstat every name.
const [folder = ''] = process.argv.slice(2);
let files = 0;
walk(folder);
console.log(files);

function walk(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (lstatSync(path).isDirectory()) walk(path);
    else files += 1;
  }
}
