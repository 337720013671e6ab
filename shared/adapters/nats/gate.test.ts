import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

it('runs no more tasks at once than its limit, all of them, in the order in which they came', async () => {
  const gate = new Gate(3);
  let running = 0;
  let most = 0;
  const begun: number[] = [];

  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      gate.run(async () => {
        begun.push(index);
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      }),
    ),
  );

  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

it('gives the place of a task that failed to the next', async () => {
  const gate = new Gate(1);
  const failing = gate.run(() => Promise.reject(new Error('broken')));

  await expect(failing).rejects.toThrow('broken');
  await expect(gate.run(() => Promise.resolve('fine'))).resolves.toBe('fine');
});
