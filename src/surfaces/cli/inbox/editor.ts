import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Context } from '../command.ts';

/**
 * Lets a person edit a text in their own editor, in a file that only they can read; the text as they left it. Throws
 * `editor-unknown`, `editor-failed`.
 */
export async function edit({ env, line }: Context, text: string, ending: string): Promise<string> {
  const editor = env['VISUAL'] || env['EDITOR'];
  if (!editor) {
    throw new CodedError('editor-unknown', 'no editor is known', {
      allowed: 'a command line in $VISUAL or $EDITOR',
      next: `EDITOR=nano ${line('inbox edit')} ID`,
      exitCode: EXIT.usage,
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'consciousness-edit-'));
  try {
    const file = join(folder, `proposal${ending}`);
    await writeFile(file, text, { mode: 0o600 });
    await run(editor, file, env);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Through a shell, as others run it: `code --wait` is one, too. */
function run(editor: string, file: string, env: Context['env']): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) return resolve();
      reject(
        new CodedError('editor-failed', `the editor ended with ${code ?? 'a signal'}: nothing is decided`, {
          value: editor,
        }),
      );
    });
  });
}
