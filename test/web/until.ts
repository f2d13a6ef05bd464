/** Resolves once it is so; looks again every few milliseconds, and gives up after a time that no machine needs. */
export async function until(what: string, isSo: () => boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it never was so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
