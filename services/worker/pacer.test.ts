import { expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

it('keeps the appends of one job further apart the more streams there are, within what a reader notices', () => {
  const paces = [0, 1, 10, 20, 5_000, 50_000].map((streams) => pacerOf(streams).paceMs);

  expect(paces).toEqual(paces.toSorted((a, b) => a - b));
  expect(paces[1]).toBeLessThan(paces[3] ?? 0);
  expect(paces[4]).toBe(paces[5]);
  expect(paces[5]).toBeLessThanOrEqual(50);
});

it('forgets the streams that are gone', () => {
  const pacer = pacerOf(20);

  for (let stream = 0; stream < 16; stream += 1) pacer.leave();

  expect(pacer.paceMs).toBe(pacerOf(4).paceMs);
});

function pacerOf(streams: number): Pacer {
  const pacer = new Pacer();
  for (let stream = 0; stream < streams; stream += 1) pacer.enter();
  return pacer;
}
