import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canariesAround } from '../../src/mind/canary.ts';
import { fit, OUTPUT_TOKENS } from '../../src/mind/fit.ts';
import { split } from '../../src/mind/parts.ts';
import { picturesFor } from '../../src/mind/pictures.ts';
import { createLoopWatch } from '../../src/mind/repetition.ts';
import { createTokenCounter } from '../../src/mind/tokens.ts';
import { createWindows } from '../../src/mind/windows.ts';

describe('a prompt and the context of a model', () => {
  const question = { prompt: 1000, frame: 200, context: 4096, maxOutputTokens: null };

  it('fit where both prompt and answer have room; an answer without a limit gets the rest, up to a bound', () => {
    assert.deepEqual(fit(question), { kind: 'fits', output: 3096, left: 3096 });
    assert.deepEqual(fit({ ...question, context: 100_000 }), {
      kind: 'fits',
      output: OUTPUT_TOKENS,
      left: 99_000,
    });
    assert.deepEqual(fit({ ...question, context: null }), {
      kind: 'fits',
      output: OUTPUT_TOKENS,
      left: null,
    });
    assert.deepEqual(fit({ ...question, maxOutputTokens: 500 }), { kind: 'fits', output: 500, left: 3096 });
  });

  it('do not fit where only the prompt has room, and not the answer that the rule allows', () => {
    assert.equal(fit({ ...question, prompt: 3900, maxOutputTokens: 100 }).kind, 'fits');
    assert.deepEqual(fit({ ...question, prompt: 3900, maxOutputTokens: 800 }), {
      kind: 'parts',
      part: 4096 - 200 - 1200,
      output: 800,
    });
  });

  it('are too far apart where even a part has no room beside what the rule asks', () => {
    const found = fit({ prompt: 9000, frame: 3900, context: 4096, maxOutputTokens: null });
    assert.deepEqual(found, { kind: 'too-long', needs: 9800 });
  });

  it('never add up to more than the context, whatever the numbers', () => {
    const counts = fc.nat(50_000);
    fc.assert(
      fc.property(
        counts,
        counts,
        fc.integer({ min: 256, max: 50_000 }),
        fc.option(fc.integer({ min: 1, max: 9000 })),
        (one, other, context, maxOutputTokens) => {
          const [frame, prompt] = [Math.min(one, other), Math.max(one, other)];
          const found = fit({ prompt, frame, context, maxOutputTokens });
          if (found.kind === 'fits') assert.ok(prompt + found.output <= context);
          if (found.kind === 'parts') assert.ok(frame + found.part + found.output <= context);
        },
      ),
    );
  });
});

describe('the parts of a text', () => {
  it('are the text, in order, none longer than asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 3000 }),
        fc.integer({ min: 2, max: 200 }),
        (text, length) => {
          const parts = split(text, length);
          assert.equal(parts.join('').trimEnd(), text.trimEnd());
          for (const part of parts) {
            assert.ok(part.length <= length);
            assert.ok(part.isWellFormed() || !text.isWellFormed(), 'no character is cut in two');
          }
        },
      ),
    );
  });

  it('end where paragraphs do, else lines, sentences, words', () => {
    assert.deepEqual(split('one two.\n\nthree four five', 12), ['one two.\n\n', 'three four ', 'five']);
    assert.deepEqual(split('a sentence. another', 14), ['a sentence. ', 'another']);
  });
});

describe('counts of tokens', () => {
  const text = 'The committee met on Tuesday and agreed on the budget for the next year. '.repeat(60);

  it('are guessed too high rather than too low, for several kinds of text', () => {
    const counter = createTokenCounter();
    // Counted by tokenizers of 100,000 tokens and more.
    assert.ok(counter.atMost(text, 'm') >= 60 * 15);
    assert.ok(counter.atMost('漢字かな交じり文の例です。'.repeat(50), 'm') >= 50 * 13);
    assert.ok(counter.atMost('0123456789,'.repeat(100), 'm') >= 100 * 4);
  });

  it('learn from what a server has counted, by model', () => {
    const counter = createTokenCounter();
    const before = counter.atMost(text, 'small');
    for (let n = 0; n < 20; n += 1) counter.learn(text, 'small', before * 2);
    assert.ok(counter.atMost(text, 'small') > before * 1.7);
    assert.equal(counter.atMost(text, 'other'), before);
    for (let n = 0; n < 50; n += 1) counter.learn(text, 'large', Math.round(before / 1.5));
    assert.ok(counter.atMost(text, 'large') < before);
  });

  it('learn nothing from absurd counts but a bound', () => {
    const counter = createTokenCounter();
    for (let n = 0; n < 50; n += 1) counter.learn(text, 'm', 1);
    assert.ok(counter.atMost(text, 'm') > text.length / 16);
  });

  it('that are far too small are told from those that may be right', () => {
    const counter = createTokenCounter();
    assert.ok(60 * 15 >= counter.atLeast(text, 'm'));
    assert.ok(11 < counter.atLeast(text, 'm'));
    assert.ok(counter.atLeast(`${'-'.repeat(20_000)}`, 'm') < 200, 'a line has few tokens');
  });
});

describe('codes at both ends of a prompt', () => {
  let n = 0;
  const hex = (bytes: number) => {
    n += 1;
    return `${n}`.repeat(bytes * 2).slice(0, bytes * 2);
  };

  it('are repeated by whoever has read all of it', () => {
    const canaries = canariesAround('some text', hex);
    const [first, last] = [...canaries.prompt.matchAll(/code is (\w+)\./g)].map((match) => match[1] ?? '');
    assert.ok(canaries.prompt.indexOf(first ?? '') < canaries.prompt.indexOf('some text'));
    assert.equal(canaries.read(`${first} and ${last}`), 'whole');
    assert.equal(canaries.read(`none, ${last}`), 'cut');
    assert.equal(canaries.read('I do not know'), 'unknown');
  });
});

describe('what is known of how much a model reads', () => {
  it('is what its server tells, until it has shown less; that is forgotten after a while, or when it tells something else', () => {
    let now = 0;
    const windows = createWindows(() => now);
    assert.equal(windows.context('m', undefined), null);
    assert.equal(windows.context('m', 8192), 8192);
    windows.exceeded('m', 3000, 8192);
    assert.equal(windows.context('m', 8192), 3000);
    assert.equal(windows.context('m', 16_384), 16_384, 'loaded anew');
    assert.equal(windows.context('m', 8192), 3000);
    now += 3_600_000;
    assert.equal(windows.context('m', 8192), 8192);
  });

  it('needs no new proof for what is hardly longer', () => {
    const windows = createWindows(() => 0);
    windows.proven('m', 3000);
    assert.ok(windows.isProven('m', 3900));
    assert.ok(!windows.isProven('m', 6000));
  });
});

describe('a model that repeats itself', () => {
  const heard = (text: string, prompt = '') => {
    const watch = createLoopWatch(prompt);
    for (let at = 0; at < text.length; at += 37) {
      const found = watch.heard(text.slice(at, at + 37));
      if (found !== null) return { found, at };
    }
    return null;
  };
  const varied = Array.from({ length: 400 }, (_, n) => `Item ${n}: ${(n * 7919) % 997} pieces of ${n % 7}.`);

  it('is noticed soon, in short and in long loops, after whatever went before', () => {
    for (const loop of ['la ', 'I am sorry, but I cannot. ', `${varied.slice(0, 20).join('\n')}\n`]) {
      const came = heard(`${varied.slice(0, 30).join('\n')}${loop.repeat(2000)}`);
      assert.match(came?.found ?? '', /it repeats itself/);
      assert.ok((came?.at ?? 0) < 9500, `${came?.at}`);
    }
  });

  it('is not one that writes a list, a table, or code', () => {
    assert.equal(heard(varied.join('\n')), null);
    assert.equal(heard(varied.map((line) => `| ${line} | ${'-'.repeat(20)} |`).join('\n')), null);
    assert.equal(heard(JSON.stringify(varied.map((name, id) => ({ id, name, tags: ['a', 'b'] })))), null);
  });

  it('may say again what stands in its prompt, however often', () => {
    const document = 'a long letter '.repeat(1000);
    assert.equal(heard(document, `Say it again: ${document}`), null);
  });
});

describe('pictures for a model', () => {
  const pictures = Array.from({ length: 4 }, () => ({
    type: 'image/png' as const,
    bytes: new Uint8Array(1),
  }));
  const captured = { text: 'recognised words', format: 'pdf', truncated: false, pictures };

  it('are shown to those that see, and where text stands beside them only if all have room', () => {
    assert.equal(picturesFor(captured, false, null).length, 0);
    assert.equal(picturesFor(captured, true, 32_000).length, 4);
    assert.equal(picturesFor(captured, true, 4096).length, 0);
  });

  it('are shown as far as there is room where there is nothing else', () => {
    assert.equal(picturesFor({ ...captured, text: '' }, true, 4096).length, 2);
    assert.equal(picturesFor({ ...captured, text: '' }, true, 1024).length, 1);
  });
});
