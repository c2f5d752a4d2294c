import { crc32, deflateSync } from 'node:zlib';

const mostColours = 256;

/** A PNG of at most 256 colours, the most frequent ones; about a third of the size of a full one. Pixels are opaque. */
export function toPalettePng(rgba: Buffer, width: number): Buffer {
  const pixels = Array.from({ length: rgba.length / 4 }, (_, index) => toColour(rgba, index * 4));
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, mostColours);
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, findNearest(palette, colour)]));
  const height = pixels.length / width;
  const rows = Buffer.alloc(height * (width + 1)); // each row begins with 0: no filter
  pixels.forEach((colour, index) => {
    rows[Math.floor(index / width) * (width + 1) + 1 + (index % width)] = indexOf.get(colour) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    toChunk('IHDR', header),
    toChunk('PLTE', Buffer.from(palette.flatMap(toParts))),
    toChunk('IDAT', deflateSync(rows, { level: 9 })),
    toChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Of each channel only the upper six bits: shades nobody tells apart become one. White stays white. */
function toColour(rgba: Buffer, at: number): number {
  const round = (value = 0) => (value >> 2) * 4 + (value >> 6);
  return (round(rgba[at]) << 16) | (round(rgba[at + 1]) << 8) | round(rgba[at + 2]);
}

function toParts(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function findNearest(palette: readonly number[], colour: number): number {
  const [red, green, blue] = toParts(colour);
  const distances = palette.map((known) => {
    const [r, g, b] = toParts(known);
    return (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}

function toChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
