import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

type Argument = string | number;

/**
 * One Lua file, after those with the functions that it shares with others, run by its digest; sent whole only when the
 * server does not know it (a restart forgets it).
 */
export class LuaScript {
  readonly #source: string;
  readonly #digest: string;

  constructor(name: string, shared: readonly string[] = []) {
    this.#source = [...shared, name].map(readLua).join('\n');
    this.#digest = createHash('sha1').update(this.#source).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#digest, keys.length, ...keys, ...args);
    } catch (error: unknown) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}

function readLua(name: string): string {
  return readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8');
}
