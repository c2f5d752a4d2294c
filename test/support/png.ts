import { inflateSync } from 'node:zlib';

export interface ReadPng {
  readonly width: number;
  readonly height: number;
  /** `#rrggbb` */
  colourAt(x: number, y: number): string;
}

/** Reads a PNG of 8 bits a channel, with or without alpha, not interlaced. Source: www.w3.org/TR/png-3 (read 2026-11-29). */
export function readPng(png: Buffer): ReadPng {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = { 2: 3, 6: 4 }[png[25] ?? 0];
  if (png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error('a PNG of another kind');
  const rows = undoFilters(inflateSync(Buffer.concat(listData(png))), width * channels, channels);
  return {
    width,
    height,
    colourAt: (x, y) => `#${rows.subarray(y * width * channels + x * channels).toString('hex', 0, 3)}`,
  };
}

function listData(png: Buffer): readonly Buffer[] {
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return parts;
}

function undoFilters(data: Buffer, rowLength: number, step: number): Buffer {
  const rows = Buffer.alloc((data.length / (rowLength + 1)) * rowLength);
  for (let row = 0; row * (rowLength + 1) < data.length; row += 1) {
    const filter = data[row * (rowLength + 1)] ?? 0;
    for (let index = 0; index < rowLength; index += 1) {
      const at = row * rowLength + index;
      const left = index < step ? 0 : (rows[at - step] ?? 0);
      const above = row === 0 ? 0 : (rows[at - rowLength] ?? 0);
      const corner = index < step || row === 0 ? 0 : (rows[at - rowLength - step] ?? 0);
      rows[at] = (data[row * (rowLength + 1) + 1 + index] ?? 0) + guess(filter, left, above, corner);
    }
  }
  return rows;
}

function guess(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) return 0;
  const [toLeft, toAbove, toCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  if ((toLeft ?? 0) <= (toAbove ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toAbove ?? 0) <= (toCorner ?? 0) ? above : corner;
}
