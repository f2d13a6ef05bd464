import { RESERVED_NAMES, RULE_NAME } from '../../../src/contract/rule-name.ts';

/** Why a new rule cannot be called so; null where it can. Names that differ only in case are no two names. */
export function whyNot(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'Give it a name.';
  if (name.length > 100) return 'A name has at most 100 characters.';
  if (!RULE_NAME.test(name))
    return 'A name has letters a–z, digits, -, _ and ., and begins with a letter or a digit.';
  const small = name.toLowerCase();
  if (RESERVED_NAMES.includes(small)) return `The name ${name} means something else. Choose another one.`;
  const same = taken.find((each) => each.toLowerCase() === small);
  return same === undefined ? null : `There is a rule ${same} already.`;
}
