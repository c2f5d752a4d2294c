import { crc32, inflateRawSync } from 'node:zlib';

/**
 * Reads a ZIP archive by its directory, apart from the code that writes one; each entry's local header must say the same.
 * Source: APPNOTE.TXT 6.3.10, section 4.3 (read 2026-11-29).
 */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const count = archive.readUInt16LE(end + 10);
  const directory = archive.readUInt32LE(end + 16);
  if (directory + archive.readUInt32LE(end + 12) !== end)
    throw new Error('the directory does not end where the end begins');
  const files = new Map<string, Buffer>();
  for (let index = 0, at = directory; index < count; index += 1) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('no entry in the directory');
    const [crc, packed, size] = [16, 20, 24].map((offset) => archive.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    if (archive.readUInt32LE(local) !== 0x04034b50) throw new Error(`${name} has no local header`);
    const isSame = archive.subarray(local + 4, local + 30).equals(archive.subarray(at + 6, at + 32));
    if (!isSame || archive.toString('utf8', local + 30, local + 30 + nameLength) !== name)
      throw new Error(`${name} is called otherwise in its header`);
    const from = local + 30 + nameLength;
    const bytes = inflateRawSync(archive.subarray(from, from + packed));
    if (bytes.length !== size || crc32(bytes) !== crc) throw new Error(`${name} is damaged`);
    files.set(name, bytes);
    at += 46 + nameLength;
  }
  return files;
}
