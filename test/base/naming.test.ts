import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import { hexOf, loadContentHash } from '../../src/base/content-hash.ts';
import { CodedError, EXIT, messageOf, systemCode } from '../../src/base/errors.ts';
import { idOf, sha256 } from '../../src/base/ids.ts';
import { workerUrl } from '../../src/base/worker-url.ts';

describe('an id', () => {
  it('is the same for the same parts, 20 hex digits long', () => {
    assert.match(idOf('a', 'b'), /^[0-9a-f]{20}$/);
    assert.equal(idOf('a', 'b'), idOf('a', 'b'));
  });

  it('differs wherever the parts do, however they are cut', () => {
    const ids = [
      idOf('ab', 'c'),
      idOf('a', 'bc'),
      idOf('abc'),
      idOf('a', 'b', 'c'),
      idOf('1:a', 'bc'),
      idOf('', 'abc'),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('a SHA-256', () => {
  it('is that of the bytes, text being UTF-8', () => {
    assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(sha256('ü'), sha256(Buffer.from([0xc3, 0xbc])));
  });
});

describe('a content hash', () => {
  it('is xxh64 as 16 hex digits, with its leading zeros', async () => {
    const hash = await loadContentHash();
    assert.equal(hash(new Uint8Array()), 'ef46db3751d8e999');
    assert.equal(hash(Buffer.from('a')), 'd24ec4f1a98c6e5b');
    assert.equal(hexOf(0x1fn), '000000000000001f');
  });
});

describe('canonical JSON', () => {
  it('is the same text for equal values, in whatever order they were put together', () => {
    const one = canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined, e: [undefined] });
    const other = canonicalJson({ e: [null], b: [1, { c: 'x', d: null }] });
    assert.equal(one, '{"b":[1,{"c":"x","d":null}],"e":[null]}');
    assert.equal(one, other);
    assert.equal(canonicalJson(undefined), 'null');
  });
});

describe('a coded error', () => {
  it('carries its code, the value, what is allowed, what to do next, and its cause', () => {
    const cause = new Error('why');
    const error = new CodedError('home-busy', 'cannot start', {
      value: '/home',
      allowed: 'one daemon',
      next: 'stop the other',
      retryable: true,
      exitCode: EXIT.busy,
      cause,
    });
    const { name, message, code, value, allowed, next, retryable, exitCode } = error;
    assert.deepEqual(
      { name, message, code, value, allowed, next, retryable, exitCode, cause: error.cause },
      {
        name: 'CodedError',
        message: 'cannot start',
        code: 'home-busy',
        value: '/home',
        allowed: 'one daemon',
        next: 'stop the other',
        retryable: true,
        exitCode: 75,
        cause,
      },
    );
  });

  it('is fatal and a plain failure unless it says otherwise', () => {
    const { retryable, exitCode } = new CodedError('x', 'y');
    assert.deepEqual([retryable, exitCode], [false, EXIT.failed]);
    assert.equal('cause' in new CodedError('x', 'y'), false);
  });
});

describe('anything thrown', () => {
  it('has a message of one kind or another', () => {
    assert.equal(messageOf(new Error('why')), 'why');
    assert.equal(messageOf('why'), 'why');
    assert.equal(messageOf(undefined), 'undefined');
  });

  it('has a system code only where it has one', () => {
    assert.equal(systemCode(Object.assign(new Error(), { code: 'ENOENT' })), 'ENOENT');
    for (const other of [new Error(), { code: 5 }, null, undefined, 'ENOENT'])
      assert.equal(systemCode(other), undefined);
  });
});

describe('the module of a worker thread', () => {
  it('is beside its caller, TypeScript in a checkout and JavaScript in the package', () => {
    assert.equal(workerUrl('file:///x/src/a/b.ts', 'thread').href, 'file:///x/src/a/thread.ts');
    assert.equal(workerUrl('file:///x/dist/a/b.js', 'thread').href, 'file:///x/dist/a/thread.js');
  });
});
