import type { McpServerConfig } from '../../../contract/config-mcp.ts';
import type { McpServerSettings } from './server.ts';

/** The settings of one server as its client takes them. */
export function mcpSettings(name: string, settings: McpServerConfig): McpServerSettings {
  const { tools, timeout, output_limit } = settings;
  const shared = { name, tools, timeoutMs: timeout * 1000, outputLimit: output_limit };
  return 'command' in settings
    ? { ...shared, command: settings.command, args: settings.args, env: settings.env }
    : { ...shared, url: settings.url, headers: settings.headers };
}
