import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';
import { FaultProxy } from './fault-proxy.ts';

const WITHIN = { withinMs: 5_000 };

let echo: Server;
let proxy: FaultProxy;
let clients: Socket[];

beforeEach(async () => {
  clients = [];
  echo = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  proxy = await FaultProxy.start(typeof address === 'object' ? (address?.port ?? 0) : 0);
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

it('carries bytes both ways and passes the end on', async () => {
  const client = await open();

  client.socket.end('hello');

  await waitUntil(() => client.hasEnded, { ...WITHIN, what: 'the end' });
  expect(client.text).toBe('hello');
});

it('carries more than waits in it, unchanged', async () => {
  const client = await open();
  const text = 'x0123456789'.repeat(400_000);

  client.socket.end(text);

  await waitUntil(() => client.hasEnded, { ...WITHIN, what: 'the end' });
  expect(client.text === text).toBe(true);
});

it('brings bytes later by the latency of each direction', async () => {
  const client = await open();
  proxy.set('up', { kind: 'latency', ms: 60 });
  proxy.set('down', { kind: 'latency', ms: 60 });
  const startedAt = performance.now();

  client.socket.write('late');

  await waitUntil(() => client.text === 'late', { ...WITHIN, what: 'the echo' });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
});

it('swallows bytes in a black hole and gives them out once it is healed', async () => {
  const client = await open();
  const other = await open();
  proxy.set('down', { kind: 'black-hole' });
  client.socket.write('lost?');
  proxy.set('up', undefined);
  const seenInHole = client.text;

  proxy.heal();
  other.socket.write('after');

  await waitUntil(() => other.text === 'after' && client.text === 'lost?', {
    ...WITHIN,
    what: 'both echoes',
  });
  expect(seenInHole).toBe('');
});

it('keeps one direction open while the other is a black hole', async () => {
  const client = await open();
  proxy.set('up', { kind: 'black-hole' });

  client.socket.write('unheard');
  proxy.set('down', { kind: 'slice', bytes: 1 });
  proxy.set('up', undefined);

  await waitUntil(() => client.text === 'unheard', { ...WITHIN, what: 'the echo' });
  expect(client.pieces).toBeGreaterThan(1);
});

it('cuts bytes into slices', async () => {
  const client = await open();
  proxy.set('down', { kind: 'slice', bytes: 2 });

  client.socket.write('sliced');

  await waitUntil(() => client.text === 'sliced', { ...WITHIN, what: 'all slices' });
  expect(client.pieces).toBe(3);
});

it('drips at its rate', async () => {
  const client = await open();
  proxy.set('down', { kind: 'drip', bytesPerSecond: 100 });
  const startedAt = performance.now();

  client.socket.write('x'.repeat(20));

  await waitUntil(() => client.text.length === 20, { ...WITHIN, what: 'all drops' });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
});

it('resets what is open and takes new connections', async () => {
  const client = await open();
  client.socket.write('a');
  await waitUntil(() => client.text === 'a', { ...WITHIN, what: 'the echo' });

  const count = proxy.reset();

  await waitUntil(() => client.error, { ...WITHIN, what: 'the reset' });
  const next = await open();
  next.socket.write('b');
  await waitUntil(() => next.text === 'b', { ...WITHIN, what: 'the echo' });
  expect(count).toBe(1);
  expect(client.error).toBe('ECONNRESET');
  expect(proxy.openLinks).toBe(1);
});

it('refuses new connections until it is healed', async () => {
  proxy.refuse();
  const refused = await open();
  await waitUntil(() => refused.error ?? refused.hasEnded, { ...WITHIN, what: 'the refusal' });

  proxy.heal();
  const next = await open();
  next.socket.write('b');

  await waitUntil(() => next.text === 'b', { ...WITHIN, what: 'the echo' });
  expect(refused.text).toBe('');
});

it('resets the client when the server behind it is gone', async () => {
  echo.close();
  const client = await open();

  await waitUntil(() => client.error ?? client.hasEnded, { ...WITHIN, what: 'the break' });

  expect(client.text).toBe('');
});

interface TestClient {
  readonly socket: Socket;
  text: string;
  pieces: number;
  hasEnded: boolean;
  error: string | undefined;
}

async function open(): Promise<TestClient> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
  const client: TestClient = { socket, text: '', pieces: 0, hasEnded: false, error: undefined };
  clients.push(socket);
  socket.on('data', (bytes: Buffer) => {
    client.text += bytes.toString();
    client.pieces += 1;
  });
  socket.on('end', () => {
    client.hasEnded = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.error = error.code;
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  return client;
}
