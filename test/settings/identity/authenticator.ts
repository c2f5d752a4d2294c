import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A passkey in software (W3C Web Authentication Level 3, read 2026-11-29): ES256, no attestation. */
export interface Authenticator {
  register(options: { readonly challenge: string }, change?: Change): object;
  authenticate(options: { readonly challenge: string }, change?: Change): object;
}

interface Change {
  readonly origin?: string;
  /** Whether the owner proved himself, by finger or PIN. */
  readonly isVerified?: boolean;
}

export function makeAuthenticator(origin: string): Authenticator {
  const rpIdHash = createHash('sha256').update(new URL(origin).hostname).digest();
  const id = randomBytes(32);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  let counter = 0;

  const toClientData = (type: string, challenge: string, { origin: from = origin }: Change) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }));
  function toAuthData(flags: number, { isVerified = true }: Change): Buffer {
    counter += 1;
    const tail = Buffer.alloc(5);
    tail.writeUInt8(flags | 1 | (isVerified ? 4 : 0));
    tail.writeUInt32BE(counter, 1);
    return Buffer.concat([rpIdHash, tail]);
  }
  const wrap = (response: object) => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    clientExtensionResults: {},
    response,
  });

  return {
    register({ challenge }, change = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const key = toCbor(
        new Map<unknown, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(jwk.x ?? '', 'base64url')],
          [-3, Buffer.from(jwk.y ?? '', 'base64url')],
        ]),
      );
      const authData = Buffer.concat([toAuthData(0x40, change), Buffer.alloc(16), length, id, key]);
      const attestation = toCbor(
        new Map<unknown, unknown>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      );
      return wrap({
        clientDataJSON: toClientData('webauthn.create', challenge, change).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      });
    },
    authenticate({ challenge }, change = {}) {
      const clientData = toClientData('webauthn.get', challenge, change);
      const authData = toAuthData(0, change);
      const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
      return wrap({
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, privateKey).toString('base64url'),
      });
    },
  };
}

/** What of CBOR (RFC 8949) a passkey needs: small integers, texts, bytes, maps. */
function toCbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? toHead(0, value) : toHead(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([toHead(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([toHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  const entries = [...(value as ReadonlyMap<unknown, unknown>)];
  return Buffer.concat([toHead(5, entries.length), ...entries.flat().map(toCbor)]);
}

function toHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}
