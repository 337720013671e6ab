import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API keys look like `sy_live_<30 base-62 characters><6 check characters>`: 178 random bits, a prefix that secret
 * scanners know, and a CRC-32 so that a mistyped or invented key is refused without a look-up (security.md 2.5).
 */
const PREFIX = 'sy_live_';
const SECRET_LENGTH = 30;
const CHECK_LENGTH = 6;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Longest string that is looked up as a key. */
export const MAX_KEY_LENGTH = 200;

export function makeApiKey(): string {
  let secret = '';
  while (secret.length < SECRET_LENGTH) {
    for (const byte of randomBytes(SECRET_LENGTH)) {
      // 248 = 4 × 62: bytes above it would favour the first characters.
      if (byte < 248 && secret.length < SECRET_LENGTH) secret += ALPHABET[byte % 62] ?? '';
    }
  }
  return PREFIX + secret + checksum(secret);
}

/**
 * Whether a look-up is worth it. Keys of our own form must carry their checksum; an operator's bootstrap key may have
 * any form.
 */
export function isPlausibleApiKey(key: string): boolean {
  if (key.length < 16 || key.length > MAX_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(key)) return false;
  if (!key.startsWith(PREFIX)) return true;
  const body = key.slice(PREFIX.length);
  if (body.length !== SECRET_LENGTH + CHECK_LENGTH) return false;
  return checksum(body.slice(0, SECRET_LENGTH)) === body.slice(SECRET_LENGTH);
}

/** What is stored and looked up in a key's place. No slow hash is needed at 178 random bits. */
export function digestSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function checksum(secret: string): string {
  let rest = crc32(secret);
  let text = '';
  for (let index = 0; index < CHECK_LENGTH; index += 1) {
    text = (ALPHABET[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
