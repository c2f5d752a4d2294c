import { createHash, randomBytes } from 'node:crypto';
import { v7, validate } from 'uuid';

/** A new id of ours: a UUIDv7, so that newer rows sort behind older ones. Not a secret. */
export function newId(): string {
  return v7();
}

/** Whether a text from outside can be one of our ids; the database refuses to compare any other. */
export function isId(text: string): boolean {
  return validate(text);
}

/** A new secret of 256 random bits, base64url, 43 characters. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Hex SHA-256 of a text (as UTF-8) or of bytes. */
export function sha256(input: string | Uint8Array): string {
  return createHash('sha256').update(input).digest('hex');
}
