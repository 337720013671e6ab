import { expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

it.each([0, 1, 4])('does not hold %i streams back at all', (streams) => {
  expect(pacerOf(streams).paceMs).toBe(0);
});

it('holds many streams back the more the more there are, up to less than a reader notices', () => {
  const paces = [5, 10, 20, 40].map((streams) => pacerOf(streams).paceMs);

  expect(paces).toEqual(paces.toSorted((a, b) => a - b));
  expect(new Set(paces).size).toBe(4);
  expect(pacerOf(5_000).paceMs).toBe(pacerOf(50_000).paceMs);
  expect(pacerOf(5_000).paceMs).toBeLessThanOrEqual(100);
});

it('holds nothing back again once the streams are gone', () => {
  const pacer = pacerOf(20);

  for (let stream = 0; stream < 16; stream += 1) pacer.leave();

  expect(pacer.paceMs).toBe(0);
});

function pacerOf(streams: number): Pacer {
  const pacer = new Pacer();
  for (let stream = 0; stream < streams; stream += 1) pacer.enter();
  return pacer;
}
