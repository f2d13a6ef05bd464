import { CodedError } from '../base/errors.ts';
import { fromFs } from '../base/path-text.ts';
import { cut, textOf } from './slug.ts';
import type { Escaping } from './template-engine.ts';

/** Around every interpolated value until the path is whole; neither can occur in a value or in a path's source. */
const BEGIN = '\u0001';
const END = '\u0002';
const MARKS = /[\u0001\u0002]/g;

const UNTITLED = 'untitled';
const VALUE_BYTES = 200;
const INVISIBLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** What path templates may do. */
export const PATH_ESCAPING: Escaping = {
  escape: neutralise,
  tags: ['if', 'unless', 'case', 'assign', 'comment', 'raw', '#'],
  safe: [],
};

/**
 * A value that may become part of a path: without separators, control characters and leading dots, and
 * marked for {@link assemblePath}. What a model says can name a file; it can never choose the folder.
 */
function neutralise(value: unknown): string {
  const text = textOf(value)
    .slice(0, VALUE_BYTES * 10)
    .toWellFormed()
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/[\u0000-\u0020]+/g, ' ')
    .replace(/[/\\]/g, '-')
    .replace(/^[\s.]+/u, '');
  return `${BEGIN}${cut(text, VALUE_BYTES, VALUE_BYTES).trimEnd()}${END}`;
}

/** What is wrong with the source of a path before anything is rendered, or null. */
export function pathSourceProblem(source: string): string | null {
  if (/[\u0000-\u001f\u007f]/.test(source)) return 'a control character in a path';
  const literal = source.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, '\u0001');
  return literal.split('/').includes('..') ? '".." in a path' : null;
}

/**
 * Absolute path text of a rendered path. A component that values left empty, or made of dots only, is
 * called `untitled`. Throws `path-escapes`, `path-not-absolute`.
 */
export function assemblePath(rendered: string): string {
  if (!rendered.startsWith('/')) {
    throw new CodedError('path-not-absolute', 'an output path must begin with / or ~', {
      value: rendered.replace(MARKS, ''),
    });
  }
  const components = rendered
    .split('/')
    .map(component)
    .filter((text) => text !== '' && text !== '.');
  return fromFs(`/${components.join('/')}`);
}

function component(marked: string): string {
  const text = marked.replace(MARKS, '');
  if (marked === text) {
    if (text !== '..') return text;
    throw new CodedError('path-escapes', '".." in an output path', { value: text });
  }
  // `{{ answer.title }}.md` without a title must not become the hidden file `.md`.
  if (/^[\s.]*$|^\./u.test(text) && !marked.startsWith('.')) return `${UNTITLED}${text.trimStart()}`;
  return /^[\s.]*$/u.test(text) ? `${text.trim()}${UNTITLED}` : text;
}
