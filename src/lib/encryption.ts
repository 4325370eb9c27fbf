import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts what must not be readable in the record. */
export type Encryption = {
  /** `about` says what the text belongs to: it is decrypted with the same words only. */
  encrypt(text: string, about: string): string;
  /** Throws where the text was changed, belongs to something else, or was encrypted with another key. */
  decrypt(encrypted: string, about: string): string;
};

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a key that is derived from `secret`. `seen` is told every text: whatever is encrypted is a
 * secret.
 */
export function createEncryption(secret: string, seen: (text: string) => void = () => {}): Encryption {
  const key = derived(secret, 'seal');
  return {
    encrypt(text, about) {
      seen(text);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      const closed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), closed]).toString('base64url');
    },
    decrypt(encrypted, about) {
      const bytes = Buffer.from(encrypted, 'base64url');
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(about));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const opened = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      const text = Buffer.concat(opened).toString('utf8');
      seen(text);
      return text;
    },
  };
}

/** A secret of its own for each purpose, made from one. */
export const derivedSecret = (secret: string, purpose: string): string =>
  derived(secret, purpose).toString('hex');

const derived = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `ml-intern/${purpose}`, 32));
