import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { atLeast } from '../../../base/dotted-version.ts';
import { MINIMUM_SQLITE, sqliteVersion } from '../../../store/sqlite-version.ts';
import { type Finding, fail, ok } from './finding.ts';

const MINIMUM_NODE = '24.15.0';

/** The versions of Node and of the SQLite in it. */
export async function machineFindings(): Promise<Finding[]> {
  const mend = 'install a newer Node: https://nodejs.org/en/download';
  const node = process.versions.node;
  const sqlite = sqliteVersion();
  return [
    atLeast(node, MINIMUM_NODE)
      ? ok('node', node)
      : fail('node', `${node}, needed is ${MINIMUM_NODE} or newer`, mend),
    atLeast(sqlite, MINIMUM_SQLITE)
      ? ok('sqlite', sqlite)
      : fail('sqlite', `${sqlite}, needed is ${MINIMUM_SQLITE} or newer, it comes with Node`, mend),
    await recognitionFinding(),
  ];
}

/** Nothing is wrong without it: images and scans then say themselves what they lack. */
async function recognitionFinding(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('tesseract', ['--version'], { timeout: 5000 });
    return ok('images', `${stdout.split('\n', 1)[0]} recognises the text in scans and images`);
  } catch {
    const detail = 'text in scans and images is not recognised: tesseract is not installed';
    return { ...ok('images', detail), mend: 'apt install tesseract-ocr, or: brew install tesseract' };
  }
}
