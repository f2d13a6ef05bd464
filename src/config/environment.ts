/** This process's environment: the one place where it is read. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
