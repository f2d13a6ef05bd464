/** The name of a model without the folder that a server may have put before it: paths are for nobody's graphs. */
export function modelLabel(model: string): string {
  const isPath = /^(?:[/~\\.]|[A-Za-z]:[\\/]|file:)/.test(model);
  return isPath ? (model.split(/[/\\]/).findLast((part) => part !== '') ?? model) : model;
}
