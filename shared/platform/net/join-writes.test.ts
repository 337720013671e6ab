import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { joinWrites } from './join-writes.ts';

it('hands over what one turn of the event loop wrote at once, in order, and later turns apart', async () => {
  const handedOver: string[][] = [];
  const socket = new Writable({
    decodeStrings: false,
    writev: (chunks, done) => {
      handedOver.push(chunks.map((one) => String(one.chunk)));
      done();
    },
  });
  joinWrites(socket);

  socket.write('a');
  await Promise.resolve();
  socket.write('b');
  await new Promise((resolve) => setImmediate(resolve));
  socket.write('c');
  await new Promise((resolve) => setImmediate(resolve));

  expect(handedOver).toEqual([['a', 'b'], ['c']]);
});
