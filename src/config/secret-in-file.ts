import { type ConfigProblem, MASK } from '../contract/problem.ts';
import { dotted, isMap, type KeyPath } from './key-path.ts';
import type { YamlSource } from './yaml-source.ts';

/** What LM Studio takes for a key by default: no secret. */
export const PLACEHOLDER = 'lm-studio';

/** Keys that stand in `config.yaml`, which people copy, show and commit. */
export function secretsInFile(source: YamlSource, file: string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const walk = (value: unknown, path: KeyPath) => {
    if (!isMap(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const at = [...path, key];
      if (key !== 'api_key') walk(item, at);
      else if (typeof item === 'string' && item !== PLACEHOLDER) problems.push(problem(source, file, at));
    }
  };
  walk(source.value, []);
  return problems;
}

function problem(source: YamlSource, file: string, path: KeyPath): ConfigProblem {
  const place = source.place(path, 'value');
  return {
    file,
    line: place?.line ?? null,
    column: place?.column ?? null,
    key: dotted(path),
    value: MASK,
    message: 'a secret in config.yaml',
    allowed: `${`consciousness_${path.join('__')}`.toUpperCase().replaceAll('-', '_')}=… in the environment, or in .env beside config.yaml`,
    nearest: null,
    severity: 'error',
  };
}
