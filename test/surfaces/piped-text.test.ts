import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KEPT, readPipedText } from '../../src/surfaces/cli/piped-text.ts';

async function* pieces(...texts: (string | Uint8Array)[]) {
  yield* texts.map((each) => (typeof each === 'string' ? Buffer.from(each) : each));
}

describe('what is piped in', () => {
  it('is read whole, whatever the pieces in which its bytes come', async () => {
    const bytes = Buffer.from('grün 🙂 done\n');
    const one = Array.from(bytes, (byte) => Uint8Array.of(byte));
    assert.deepEqual(await readPipedText(pieces(...one)), { text: 'grün 🙂 done\n', leftOut: 0 });
  });

  it('is as a terminal shows it in the end: no colours, and of a progress bar what it was last', async () => {
    const said = '\u001b[31merror:\u001b[0m no rule\r\n 10 %\r 50 %\r100 %\nnext\r\n';
    assert.equal((await readPipedText(pieces(said))).text, 'error: no rule\n100 %\nnext\n');
  });

  it('is its beginning and its end where it is too long, and says how much is left out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', 'b', 'c', '1') })),
        async (texts) => {
          const whole = texts.join('');
          const { text, leftOut } = await readPipedText(pieces(...texts), { beginning: 20, end: 40 });
          if (whole.length <= 60) return assert.deepEqual({ text, leftOut }, { text: whole, leftOut: 0 });
          const mark = `\n[… ${whole.length - 60} characters are left out here …]\n`;
          assert.equal(text, `${whole.slice(0, 20)}${mark}${whole.slice(-40)}`);
          assert.equal(leftOut, whole.length - 60);
        },
      ),
    );
  });

  it('needs no more memory however long it is', async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    async function* endless() {
      for (let left = 300; left > 0; left -= 1) yield piece;
    }
    const before = process.memoryUsage.rss();
    const { text, leftOut } = await readPipedText(endless());
    assert.equal(leftOut, 300 * piece.length - KEPT.beginning - KEPT.end);
    assert.ok(text.length < 1_000_000);
    assert.ok(process.memoryUsage.rss() - before < 200e6);
  });
});
