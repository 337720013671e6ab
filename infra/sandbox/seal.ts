import { createHash } from 'node:crypto';

/** 24 bytes are 32 signs of base64 and need no padding. */
const DIGEST_BYTES = 24;
const DIGEST_LENGTH = 32;

/**
 * Stands for what a real provider encrypts or signs: a client cannot make one by itself, and the sandbox can check it
 * without keeping anything. The first half names the content, the second one the first half; all of it is base64.
 */
export function seal(content: string): string {
  const named = digest(content);
  return named + digest(named);
}

/** Whether the sandbox made it, whatever for. */
export function isSeal(text: string): boolean {
  return text.slice(DIGEST_LENGTH) === digest(text.slice(0, DIGEST_LENGTH));
}

/** Whether the sandbox made it for this content. */
export function isSealOf(text: string, content: string): boolean {
  return text === seal(content);
}

function digest(content: string): string {
  const hash = createHash('sha256').update(`switchyard sandbox ${content}`);
  return hash.digest().subarray(0, DIGEST_BYTES).toString('base64');
}
