import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyStore, Principal } from '../../ports/api-key-store.ts';
import { digestSecret, makeApiKey } from './api-key.ts';
import { Authenticator } from './authenticator.ts';

const PRINCIPAL: Principal = { tenantId: 'acme', keyId: 'key-1' };
const KEY = makeApiKey();

let nowMs: number;
let store: CountingKeyStore;
let authenticator: Authenticator;

beforeEach(async () => {
  nowMs = 1_000;
  store = new CountingKeyStore();
  await store.put(digestSecret(KEY), PRINCIPAL);
  authenticator = new Authenticator(store, () => nowMs);
});

describe('Authenticator', () => {
  it.each([`Bearer ${KEY}`, `bearer ${KEY}`])('knows the principal of %s', async (header) => {
    expect(await authenticator.authenticate(header)).toEqual(PRINCIPAL);
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another scheme', `Basic ${KEY}`],
    ['a key without a scheme', KEY],
    ['two keys', `Bearer ${KEY} ${KEY}`],
    ['a key with a wrong checksum', `Bearer ${KEY.slice(0, -1)}!`],
    ['a well-formed key that nobody has', `Bearer ${makeApiKey()}`],
  ])('answers the same for %s', async (_what, header) => {
    expect(await authenticator.authenticate(header)).toBeUndefined();
  });

  it('does not look up a key that cannot be one of ours', async () => {
    await authenticator.authenticate(`Bearer ${KEY.slice(0, -1)}!`);

    expect(store.finds).toBe(0);
  });

  it('asks the store once within five seconds', async () => {
    await authenticator.authenticate(`Bearer ${KEY}`);
    nowMs += 4_999;

    await authenticator.authenticate(`Bearer ${KEY}`);

    expect(store.finds).toBe(1);
  });

  it('no longer knows a revoked key five seconds later', async () => {
    await authenticator.authenticate(`Bearer ${KEY}`);
    store.revoke(digestSecret(KEY));
    nowMs += 5_000;

    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeUndefined();
  });

  it('knows a new key at once, also one that was asked for in vain before', async () => {
    const fresh = makeApiKey();
    await authenticator.authenticate(`Bearer ${fresh}`);
    await store.put(digestSecret(fresh), PRINCIPAL);

    expect(await authenticator.authenticate(`Bearer ${fresh}`)).toEqual(PRINCIPAL);
  });

  it('never hands the secret itself to the store', async () => {
    await authenticator.authenticate(`Bearer ${KEY}`);

    expect(store.asked).toEqual([digestSecret(KEY)]);
  });

  it('keeps ten thousand keys and forgets the one it learned first', async () => {
    const keys = Array.from({ length: 10_001 }, makeApiKey);
    for (const key of keys) await store.put(digestSecret(key), PRINCIPAL);
    for (const key of keys) await authenticator.authenticate(`Bearer ${key}`);
    const findsBefore = store.finds;

    await authenticator.authenticate(`Bearer ${keys.at(-1)}`);
    await authenticator.authenticate(`Bearer ${keys[1]}`);
    await authenticator.authenticate(`Bearer ${keys[0]}`);

    expect(store.finds - findsBefore).toBe(1);
  });
});

class CountingKeyStore implements ApiKeyStore {
  readonly asked: string[] = [];
  readonly #keys = new Map<string, Principal>();

  get finds(): number {
    return this.asked.length;
  }

  async find(digest: string): Promise<Principal | undefined> {
    this.asked.push(digest);
    return this.#keys.get(digest);
  }

  async put(digest: string, principal: Principal): Promise<void> {
    this.#keys.set(digest, principal);
  }

  revoke(digest: string): void {
    this.#keys.delete(digest);
  }

  putTicket(): Promise<void> {
    throw new Error('the authenticator gives out no tickets');
  }

  takeTicket(): Promise<Principal | undefined> {
    throw new Error('the authenticator takes no tickets');
  }
}
