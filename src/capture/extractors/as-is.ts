import { basename } from 'node:path';
import { decodeText } from './decode.ts';
import type { FormatExtractor } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Endings of source code that people keep. */
const CODE =
  /\.(?:[cm]?[jt]sx?|py|pyi|rb|php|pl|pm|lua|r|jl|java|kt|kts|scala|groovy|clj|cljs|c|h|cc|cpp|cxx|hh|hpp|cs|fs|fsx|vb|go|rs|zig|swift|m|mm|dart|ex|exs|erl|hs|ml|mli|elm|sql|sh|bash|zsh|fish|ps1|bat|cmd|awk|sed|vim|el|lisp|scm|tex|bib|css|scss|sass|less|vue|svelte|astro|graphql|proto|thrift|gradle|cmake|tf|nix|asm|s|f90|pas|vhd|vhdl|v|sv|diff|patch|toml|ini|cfg|conf|properties)$/i;
const CODE_NAMES =
  /^(?:makefile|dockerfile|rakefile|gemfile|justfile|cmakelists\.txt|\.gitignore|\.editorconfig)$/i;

/** Formats that are read best as they are written. */
export const asIs: readonly FormatExtractor[] = [
  extractor('yaml', 'YAML', (name) => /\.ya?ml$/i.test(name)),
  extractor(
    'code',
    'source code',
    (name, head) =>
      CODE.test(name) || CODE_NAMES.test(basename(name)) || (head[0] === 0x23 && head[1] === 0x21),
  ),
];

function extractor(
  format: string,
  label: string,
  is: (name: string, head: Uint8Array) => boolean,
): FormatExtractor {
  return {
    format,
    label,
    reads: 'head',
    matches: (name, head) => is(name, head) && looksLikeText(head),
    extract: async (bytes) => ({ kind: 'text', text: await decodeText(bytes), truncated: false }),
  };
}
