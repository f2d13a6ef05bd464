import { type GreyPicture, greyPng } from './png.ts';

type Document = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<Document['getPage']>>;

/** Smaller pictures are logos and stamps (pixels on a side). */
const SMALLEST = 200;

/** pdf.js's image as it is painted: one bit a pixel, grey, RGB or RGBA, as its length tells. */
interface Painted {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** The pictures on a page that may hold its text, and how many are there that cannot be decoded. */
export interface PagePictures {
  /** PNG files, in the order in which they are painted. */
  pictures: Uint8Array<ArrayBuffer>[];
  undecoded: number;
}

/** Finds the pictures on a page. */
export async function picturesOf(page: PdfPage): Promise<PagePictures> {
  const { OPS } = await (await import('unpdf')).getResolvedPDFJS();
  const painting = new Set([OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject]);
  const { fnArray, argsArray } = await page.getOperatorList();
  const found: PagePictures = { pictures: [], undecoded: 0 };
  for (const [at, operation] of fnArray.entries()) {
    if (!painting.has(operation)) continue;
    const painted = await imageOf(page, argsArray[at]?.[0]);
    const grey = painted === null ? null : greyOf(painted);
    if (grey === null) found.undecoded += 1;
    else if (grey.width >= SMALLEST && grey.height >= SMALLEST) found.pictures.push(greyPng(grey));
  }
  return found;
}

/** Images that could not be decoded, or are too big, come without data. */
async function imageOf(page: PdfPage, painted: unknown): Promise<Painted | null> {
  let image = painted;
  const name = typeof image === 'string' ? image : isObject(image) ? image['data'] : undefined;
  if (typeof name === 'string') {
    const objects = name.startsWith('g_') ? page.commonObjs : page.objs;
    image = await new Promise((resolve) => objects.get(name, resolve));
  }
  if (!isObject(image)) return null;
  const { width, height, data } = image;
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (typeof width !== 'number' || typeof height !== 'number' || !isBytes) return null;
  return { width, height, data };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function greyOf({ width, height, data }: Painted): GreyPicture | null {
  const pixels = width * height;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data.length === Math.ceil(width / 8) * height) return { width, height, bits: 1, data: bytes };
  if (data.length === pixels) return { width, height, bits: 8, data: bytes };
  const channels = data.length / pixels;
  if (channels !== 3 && channels !== 4) return null;
  const grey = new Uint8Array(pixels);
  for (let at = 0, from = 0; at < pixels; at += 1, from += channels) {
    grey[at] = ((data[from] ?? 0) * 77 + (data[from + 1] ?? 0) * 150 + (data[from + 2] ?? 0) * 29) >> 8;
  }
  return { width, height, bits: 8, data: grey };
}
