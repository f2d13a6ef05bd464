// An MCP server that ends at once, and says in its last words what it was given.
console.error(`no such licence: ${process.env['LEAK']}`);
process.exitCode = 1;
