import type { Command, Spoken } from './command.ts';

type Option = Command['options'][number];

/** `-f, --follow` → `-f`, `--follow`; `--limit <number>` → `--limit`. */
function wordsOf({ flags }: Option): string[] {
  return flags.split(/, */).map((flag) => flag.split(' ', 1)[0] ?? '');
}

function firstWords({ commands }: Spoken): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ', 1)[0] ?? ''))];
}

/** What follows a word that begins several commands: `config` → `show`, `check`, … */
function secondWords({ commands }: Spoken, first: string): string[] {
  return commands.flatMap(({ name }) => {
    const [one, two] = name.split(' ');
    return one === first && two !== undefined ? [two] : [];
  });
}

/** A function for bash's programmable completion; files where neither a command nor an option is typed. */
export function bash(spoken: Spoken): string {
  const shared = spoken.shared.flatMap(wordsOf).join(' ');
  const options = (isSecond: boolean) =>
    spoken.commands
      .filter(({ name }) => name.includes(' ') === isSecond)
      .map(
        ({ name, options: own }) =>
          `    '${name}') words="${[...own.flatMap(wordsOf), shared].join(' ')}" ;;`,
      )
      .join('\n');
  const seconds = firstWords(spoken).flatMap((first) => {
    const words = secondWords(spoken, first);
    return words.length === 0 ? [] : [`    ${first}) words="${words.join(' ')}" ;;`];
  });
  return `# consciousness completions bash
_consciousness() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" words="" typed="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) typed="$typed\${typed:+ }$word" ;; esac
  done
  COMPREPLY=()
  if [[ -z "$typed" && "$cur" != -* ]]; then
    COMPREPLY=($(compgen -W "${firstWords(spoken).join(' ')}" -- "$cur"))
    return
  fi
  if [[ "$cur" != -* ]]; then
    case "$typed" in
${seconds.join('\n')}
    esac
    if [[ -n "$words" ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); else COMPREPLY=($(compgen -f -- "$cur")); fi
    return
  fi
  local two="\${typed%% *}"
  [[ "$typed" == *" "* ]] && two="$two $(cut -d' ' -f2 <<<"$typed")"
  words="${shared}"
  case "\${typed%% *}" in
${options(false)}
  esac
  case "$two" in
${options(true)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o filenames -F _consciousness consciousness
`;
}

/** A function for zsh's completion system. */
export function zsh(spoken: Spoken): string {
  const described = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll(':', '\\:').replaceAll(/[[\]]/g, '');
  const optionsOf = (options: readonly Option[]) =>
    options
      .flatMap((option) => wordsOf(option).map((word) => `'${word}[${described(option.summary)}]'`))
      .join(' ');
  const commands = firstWords(spoken).map((first) => {
    const own = spoken.commands.find(({ name }) => name === first);
    return `    '${first}:${described(own?.summary ?? secondWords(spoken, first).join(', '))}'`;
  });
  const cases = firstWords(spoken).map((first) => {
    const seconds = secondWords(spoken, first);
    const own = spoken.commands.filter(({ name }) => name === first || name.startsWith(`${first} `));
    const options = optionsOf([...own.flatMap((each) => each.options), ...spoken.shared]);
    const rest =
      seconds.length === 0 ? "'*:file:_files'" : `'1:command:(${seconds.join(' ')})' '*:file:_files'`;
    return `    ${first}) _arguments ${options} ${rest} ;;`;
  });
  return `#compdef consciousness
# consciousness completions zsh
_consciousness() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local first=$words[2]
  shift words; (( CURRENT-- ))
  case $first in
${cases.join('\n')}
  esac
}
_consciousness "$@"
`;
}

/** Lines for fish. */
export function fish(spoken: Spoken): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const flag = (word: string) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`);
  const lines = ['# consciousness completions fish'];
  for (const first of firstWords(spoken)) {
    const own = spoken.commands.find(({ name }) => name === first);
    const summary = own?.summary ?? secondWords(spoken, first).join(', ');
    lines.push(`complete -c consciousness -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`);
    const seconds = secondWords(spoken, first).join(' ');
    if (seconds !== '')
      lines.push(`complete -c consciousness -n '__fish_seen_subcommand_from ${first}' -a ${quoted(seconds)}`);
  }
  for (const { name, options } of spoken.commands) {
    const seen = name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    for (const option of options)
      lines.push(
        `complete -c consciousness -n '${seen}' ${wordsOf(option).map(flag).join(' ')} -d ${quoted(option.summary)}`,
      );
  }
  for (const option of spoken.shared)
    lines.push(
      `complete -c consciousness ${wordsOf(option).map(flag).join(' ')} -d ${quoted(option.summary)}`,
    );
  return `${lines.join('\n')}\n`;
}
