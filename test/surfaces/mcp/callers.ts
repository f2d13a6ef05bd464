import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OlderStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OlderHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** Where a server is: a command to start, or an address. */
export type Reach =
  | { command: readonly [string, ...string[]]; url?: never }
  | { url: string; token?: string; command?: never };

export interface Result {
  text: string;
  isError: boolean;
  structured: Record<string, unknown> | undefined;
}

export interface OfferedTool {
  name: string;
  description: string;
  annotations: Record<string, unknown>;
  outputSchema: Record<string, unknown>;
}

/** What tests do with a client of any generation. */
export interface Caller {
  instructions(): string;
  /** The revision of the protocol that is spoken. */
  revision(): string | undefined;
  tools(): Promise<OfferedTool[]>;
  call(name: string, args?: Record<string, unknown>, onProgress?: (told: Told) => void): Promise<Result>;
  resources(): Promise<{ uri: string; name: string; title?: string | undefined }[]>;
  templates(): Promise<string[]>;
  read(uri: string): Promise<string>;
  complete(uriTemplate: string, begun: string): Promise<string[]>;
  prompts(): Promise<string[]>;
  prompt(name: string, args: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

export interface Told {
  progress: number;
  message?: string | undefined;
}

/** The official client of today, in the newest revision that it speaks. */
export async function newest(reach: Reach): Promise<Caller> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const transport =
    reach.url === undefined
      ? new StdioClientTransport({ ...childOf(reach.command), stderr: 'ignore' })
      : new StreamableHTTPClientTransport(new URL(reach.url), bearer(reach.token));
  await client.connect(transport);
  return {
    instructions: () => client.getInstructions() ?? '',
    revision: () => client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools.map(offered),
    async call(name, args = {}, onprogress) {
      const options = onprogress === undefined ? {} : { onprogress };
      return resultOf(await client.callTool({ name, arguments: args }, options));
    },
    resources: async () => (await client.listResources()).resources,
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    read: async (uri) => textIn((await client.readResource({ uri })).contents),
    async complete(uri, value) {
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri },
        argument: { name: 'id', value },
      });
      return completion.values;
    },
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args) =>
      textIn((await client.getPrompt({ name, arguments: args })).messages.map(({ content }) => content)),
    close: () => client.close(),
  };
}

/** The official client of spring 2025. */
export async function older(reach: Reach): Promise<Caller> {
  const client = new OlderClient({ name: 'test', version: '1' });
  const transport =
    reach.url === undefined
      ? new OlderStdio({ ...childOf(reach.command), stderr: 'ignore' })
      : new OlderHttp(new URL(reach.url), bearer(reach.token));
  // @ts-expect-error the types of that time do not fit exactOptionalPropertyTypes
  await client.connect(transport);
  return {
    instructions: () => client.getInstructions() ?? '',
    revision: () => undefined,
    tools: async () => (await client.listTools()).tools.map(offered),
    async call(name, args = {}, onprogress) {
      const options = onprogress === undefined ? {} : { onprogress };
      return resultOf(await client.callTool({ name, arguments: args }, undefined, options));
    },
    resources: async () => (await client.listResources()).resources.map(({ uri, name }) => ({ uri, name })),
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    read: async (uri) => textIn((await client.readResource({ uri })).contents),
    async complete(uri, value) {
      const { completion } = await client.complete({
        ref: { type: 'ref/resource', uri },
        argument: { name: 'id', value },
      });
      return completion.values;
    },
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args) =>
      textIn((await client.getPrompt({ name, arguments: args })).messages.map(({ content }) => content)),
    close: () => client.close(),
  };
}

function bearer(token: string | undefined) {
  return token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

function childOf([command, ...args]: readonly [string, ...string[]]) {
  return { command, args, env: { PATH: process.env['PATH'] ?? '', HOME: '/home/x' } };
}

function offered(tool: {
  name: string;
  description?: string | undefined;
  annotations?: object | undefined;
  outputSchema?: object | undefined;
}): OfferedTool {
  return {
    name: tool.name,
    description: tool.description ?? '',
    annotations: { ...tool.annotations },
    outputSchema: { ...tool.outputSchema },
  };
}

function resultOf(result: object): Result {
  const { content, isError, structuredContent }: Record<string, unknown> = { ...result };
  return {
    text: textIn(Array.isArray(content) ? content : []),
    isError: isError === true,
    structured:
      typeof structuredContent === 'object' && structuredContent !== null
        ? { ...structuredContent }
        : undefined,
  };
}

function textIn(parts: readonly object[]): string {
  return parts.map((part) => ('text' in part ? String(part.text) : '')).join('\n');
}
