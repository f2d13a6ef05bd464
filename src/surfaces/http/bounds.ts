/** How much and how slowly one may ask through the port. Times in milliseconds. */
export interface Bounds {
  /** Bytes of the request line and the headers together. */
  headerBytes: number;
  /** For the headers to arrive in, from the first byte or the connection on. */
  headersMs: number;
  /** For the whole request to arrive in. */
  requestMs: number;
  /** A connection may wait so long for its next request. */
  keepAliveMs: number;
  /** Who takes nothing of an answer for so long is cut off. */
  stillMs: number;
  /** Connections beyond are closed at once. */
  connections: number;
  /** How often it is looked whether headers or requests are late. */
  lookMs: number;
}

export const BOUNDS: Bounds = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 10_000,
  stillMs: 300_000,
  connections: 512,
  lookMs: 5000,
};
