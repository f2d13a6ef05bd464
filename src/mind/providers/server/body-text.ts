/** A body as text, at most `limit` bytes of it; what is beyond is not read, and the connection closed. */
export async function textOf(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > limit) break;
  }
  return Buffer.concat(parts).subarray(0, limit).toString('utf8');
}
