import { crc32 } from 'node:zlib';

/**
 * The frame of a ZIP archive whose entries are written in any number of pieces: headers are made when an entry is done.
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16 (read 2026-11-29). Without ZIP64: below 4 GiB.
 */
export interface ZipEntry {
  readonly name: string;
  readonly crc: number;
  /** As deflated. */
  readonly packedBytes: number;
  readonly bytes: number;
}

/** More than this the format cannot say without ZIP64. */
export const zipBytesMax = 0xff_ff_ff_ff;

/** Ends a deflated stream whose pieces were each flushed: an empty last block. */
export const lastBlock = Buffer.from([0x03, 0x00]);

export function addToCrc(crc: number, bytes: Buffer): number {
  return crc32(bytes, crc);
}

/** Stands before the deflated bytes of an entry. */
export function toLocalHeader(entry: ZipEntry, at: Date): Buffer {
  return Buffer.concat([bytesOf(0x04034b50, 4), toShared(entry, at), Buffer.from(entry.name, 'utf8')]);
}

/** Stands at the end: where each entry begins. In the order of the entries. */
export function toDirectory(entries: readonly ZipEntry[], at: Date): Buffer {
  const records: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    records.push(
      bytesOf(0x02014b50, 4),
      bytesOf(20, 2), // made by version 2.0
      toShared(entry, at),
      Buffer.alloc(10), // no comment, disk 0, no attributes
      bytesOf(offset, 4),
      Buffer.from(entry.name, 'utf8'),
    );
    offset += toLocalHeader(entry, at).length + entry.packedBytes;
  }
  const directory = Buffer.concat(records);
  const end = [
    bytesOf(0x06054b50, 4),
    Buffer.alloc(4), // one disk
    bytesOf(entries.length, 2),
    bytesOf(entries.length, 2),
    bytesOf(directory.length, 4),
    bytesOf(offset, 4),
    Buffer.alloc(2), // no comment
  ];
  return Buffer.concat([directory, ...end]);
}

/** What local header and directory say alike. */
function toShared({ name, crc, packedBytes, bytes }: ZipEntry, at: Date): Buffer {
  return Buffer.concat([
    bytesOf(20, 2), // needs version 2.0
    bytesOf(0x0800, 2), // names are UTF-8
    bytesOf(8, 2), // deflated
    bytesOf(toDosTime(at), 4),
    bytesOf(crc, 4),
    bytesOf(packedBytes, 4),
    bytesOf(bytes, 4),
    bytesOf(Buffer.byteLength(name, 'utf8'), 2),
    Buffer.alloc(2), // no extra field
  ]);
}

function bytesOf(value: number, size: 2 | 4): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntLE(value, 0, size);
  return buffer;
}

/** In UTC, to two seconds. */
function toDosTime(at: Date): number {
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}
