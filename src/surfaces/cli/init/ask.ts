import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Context } from '../command.ts';
import { escapeLine } from '../terminal.ts';

/** Where the answers to the questions of `init` come from. Texts may hold anything; they are made harmless. */
export interface Ask {
  /** Whether a person answers: what cannot be is then asked again. */
  readonly isPerson: boolean;
  text(message: string, initial: string): Promise<string>;
  choose<T>(message: string, options: readonly { value: T; label: string; hint?: string }[]): Promise<T>;
  /** `initial` is what Enter means. */
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** A person at a terminal. Throws `interrupted` (exit 130) at Ctrl-C or Escape. */
export async function askPerson({ out, signal }: Context): Promise<Ask> {
  const { confirm, isCancel, select, text } = await import('@clack/prompts');
  const common = { accessible: out.isPlain, withGuide: !out.isPlain };

  /** Each with a signal of its own: one that was answered would still write something when it aborts. */
  async function answer<T>(asked: (signal: AbortSignal) => Promise<T>): Promise<Exclude<T, symbol>> {
    const own = new AbortController();
    const abort = () => own.abort();
    signal.addEventListener('abort', abort);
    try {
      const answered = await asked(own.signal);
      if (isCancel(answered)) throw new CodedError('interrupted', 'interrupted', { exitCode: 130 });
      // The one symbol there is says that it was cancelled.
      return answered as Exclude<T, symbol>;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  return {
    isPerson: true,
    text: (message, initial) =>
      answer((own) =>
        text({
          ...common,
          signal: own,
          message: escapeLine(message),
          placeholder: initial,
          defaultValue: initial,
        }),
      ),
    async choose(message, options) {
      const shown = options.map(({ label, hint }, value) => ({
        value,
        label: escapeLine(label),
        ...(hint === undefined ? {} : { hint: escapeLine(hint) }),
      }));
      const at = await answer((own) =>
        select({ ...common, signal: own, message: escapeLine(message), options: shown }),
      );
      const chosen = options[at];
      if (chosen === undefined) throw new Error(`no option ${at}`);
      return chosen.value;
    },
    confirm: (message, initial) =>
      answer((own) =>
        confirm({ ...common, signal: own, message: escapeLine(message), initialValue: initial }),
      ),
  };
}

/** `--yes`: what stands first, what is proposed, and yes. */
export function askNobody(): Ask {
  return {
    isPerson: false,
    text: async (_message, initial) => initial,
    async choose(message, [first]) {
      if (first === undefined) throw new Error(`nothing to choose: ${message}`);
      return first.value;
    },
    confirm: async () => true,
  };
}

/** What to say where nobody can be asked. */
export function cannotAsk(line: (command: string) => string, recipeToAdd: string | null): CodedError {
  return new CodedError('init-asks', 'init asks questions, and this is no terminal', {
    allowed: 'a terminal, or --yes with --watch and --notes',
    next: line(
      recipeToAdd === null
        ? 'init --yes --watch ~/Inbox --notes ~/Notes'
        : `init --add --yes --recipe ${recipeToAdd} --watch ~/Inbox --notes ~/Notes`,
    ),
    exitCode: EXIT.usage,
  });
}
