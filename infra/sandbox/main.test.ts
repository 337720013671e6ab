import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const readySchema = z.object({ ready: z.literal(true), url: z.url() });

it('says where it listens, and ends on SIGTERM', async () => {
  const sandbox = spawn(process.execPath, [MAIN, '--port', '0'], {
    // With a channel, as the fleet starts it.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const said: unknown[] = await once(sandbox.stdout ?? Readable.from([]), 'data');

  const { url } = readySchema.parse(JSON.parse(String(said[0])));
  const response = await fetch(`${url}/openai/v1/models`);
  sandbox.kill('SIGTERM');
  const exit = await once(sandbox, 'exit');

  expect(response.headers.get('x-switchyard-sandbox')).toBe('true');
  expect(exit).toEqual([0, null]);
});
