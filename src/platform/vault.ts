import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { RelayError } from './errors.ts';
import { sha256 } from './ids.ts';

/** Where a sealed value stands. It is bound to its place: moved elsewhere it cannot be opened. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** One company's key: seals and opens its secrets, and makes look-up digests that no other company can match. */
export interface CompanyKey {
  seal(place: Place, plaintext: string): string;
  /** @throws RelayError secret_unreadable when it was changed, moved, or sealed with another key. */
  unseal(place: Place, sealed: string): string;
  /** Hex HMAC-SHA-256 for finding equal values without storing them. */
  digest(purpose: string, text: string): string;
}

/** Wraps each company's data key with SECRET_KEY. The wrapping names its key, so keys can be rotated one by one. */
export interface Vault {
  /** A new data key for a company, wrapped. */
  newDataKey(companyId: string): string;
  openDataKey(companyId: string, wrapped: string): CompanyKey;
  /** The same data key under the newest SECRET_KEY; the same text when it already is. */
  rewrap(companyId: string, wrapped: string): string;
}

/** @param keys 32 bytes each; the first seals, all open. */
export function openVault(keys: readonly Buffer[]): Vault {
  const named = new Map(keys.map((key) => [toKeyId(key), key]));
  const [newest] = keys;
  if (!newest) throw new RelayError('secret_unreadable', { message: 'no SECRET_KEY is set' });
  const opened = new Map<string, CompanyKey>();

  const wrap = (companyId: string, dataKey: Buffer) =>
    `v1.${toKeyId(newest)}.${encrypt(newest, dataKey, `company|data_key|${companyId}`)}`;

  function unwrap(companyId: string, wrapped: string): Buffer {
    const [version, keyId = '', ...rest] = wrapped.split('.');
    const key = named.get(keyId);
    if (version !== 'v1' || !key)
      throw new RelayError('secret_unreadable', { message: 'a data key is wrapped by an unknown SECRET_KEY' });
    return decrypt(key, rest.join('.'), `company|data_key|${companyId}`);
  }

  return {
    newDataKey: (companyId) => wrap(companyId, randomBytes(32)),
    rewrap: (companyId, wrapped) =>
      wrapped.startsWith(`v1.${toKeyId(newest)}.`) ? wrapped : wrap(companyId, unwrap(companyId, wrapped)),
    openDataKey(companyId, wrapped) {
      const known = opened.get(wrapped);
      if (known) return known;
      const key = toCompanyKey(companyId, unwrap(companyId, wrapped));
      opened.set(wrapped, key);
      return key;
    },
  };
}

function toCompanyKey(companyId: string, dataKey: Buffer): CompanyKey {
  const bind = (place: Place) => `${companyId}|${place.table}|${place.column}|${place.row}`;
  const digestKey = Buffer.from(hkdfSync('sha256', dataKey, companyId, 'digest', 32));
  return {
    seal: (place, plaintext) => `v1.${encrypt(dataKey, Buffer.from(plaintext, 'utf8'), bind(place))}`,
    unseal(place, sealed) {
      if (!sealed.startsWith('v1.'))
        throw new RelayError('secret_unreadable', { message: 'unknown version of a sealed value' });
      return decrypt(dataKey, sealed.slice(3), bind(place)).toString('utf8');
    },
    digest: (purpose, text) => createHmac('sha256', digestKey).update(`${purpose}\0${text}`).digest('hex'),
  };
}

function encrypt(key: Buffer, plaintext: Buffer, boundTo: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

function decrypt(key: Buffer, sealed: string, boundTo: string): Buffer {
  try {
    const [nonce = '', text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(boundTo, 'utf8')).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
  } catch {
    throw new RelayError('secret_unreadable');
  }
}

function toKeyId(key: Buffer): string {
  return sha256(key).slice(0, 8);
}
