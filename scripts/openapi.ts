import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/surfaces/http/openapi.ts';
import { ROUTES } from '../src/surfaces/http/routes.ts';

// Writes docs/openapi.json: run it after a change to the API, and look at what changed for its clients.
writeFileSync(
  new URL('../docs/openapi.json', import.meta.url),
  `${JSON.stringify(openApiDocument(ROUTES), null, 2)}\n`,
);
