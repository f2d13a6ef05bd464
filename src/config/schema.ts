import * as z from 'zod';
import { configSchema } from '../contract/config.ts';
import { ruleFrontMatter } from '../contract/rule.ts';
import type { JsonSchema } from './json-schema.ts';

/** JSON Schema of `config.yaml`, for editors. */
export function configJsonSchema(): JsonSchema {
  return schemaOf(configSchema, 'config.yaml of Consciousness');
}

/** JSON Schema of a rule's front matter, for editors. */
export function ruleJsonSchema(): JsonSchema {
  return schemaOf(ruleFrontMatter, 'Front matter of a rule of Consciousness');
}

function schemaOf(schema: z.ZodType, title: string): JsonSchema {
  // The input side: what people write, before defaults and transformations.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, title, ...rest };
}
