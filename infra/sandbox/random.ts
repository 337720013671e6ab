import { createHash } from 'node:crypto';

/** A seeded source of numbers in [0, 1): the same prompt gets the same answer in every run. */
export type Random = () => number;

const HASH_LENGTH = 16;

/** Names a prompt in call records and in the keys of counted faults: 16 hex digits of its SHA-256. */
export function promptHash(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, HASH_LENGTH);
}

/** Mulberry32: short, fast and good enough to choose words. */
export function randomFrom(hash: string): Random {
  let state = Number.parseInt(hash.slice(0, 8), 16) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from `low` to `high`, both included. */
export function randomInteger(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of `values`; the fallback only for an empty list. */
export function pick<T>(random: Random, values: readonly T[], fallback: T): T {
  return values[Math.floor(random() * values.length)] ?? fallback;
}
