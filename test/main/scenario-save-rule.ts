import { saveRule, tagOf } from '../../src/main/save-rule.ts';

// Saves a rule, and ends itself at a named step. Arguments: file, step, text that is there (none = it is new).
const [file = '', step, standing] = process.argv.slice(2);
Reflect.set(globalThis, Symbol.for('consciousness.failpoint'), (name: string) => {
  if (name === step) process.kill(process.pid, 'SIGKILL');
});
await saveRule({
  file,
  text: 'new text\n',
  known: standing === undefined ? null : [tagOf(Buffer.from(standing))],
});
