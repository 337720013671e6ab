import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('measures both kinds of answers at 1, 16 and 64 clients when nothing is said', () => {
    const options = readOptions([]);

    expect(options).toMatchObject({ modes: ['stream', 'whole'], clients: [1, 16, 64] });
    expect(options.workers).toBeGreaterThanOrEqual(1);
    expect(options.upstream).toEqual({ ttftMs: 20, chunks: 50, gapMs: 4, size: 4, port: 0 });
  });

  it('reads a peer with its headers, whose values may hold colons', () => {
    const options = readOptions([
      '--peer-url=http://127.0.0.1:4000/v1/',
      '--peer-header=Authorization: Bearer a:b',
      '--peer-header=x-mode: fast',
    ]);

    expect(options.peer).toEqual({
      name: 'peer',
      url: 'http://127.0.0.1:4000/v1',
      headers: { authorization: 'Bearer a:b', 'x-mode': 'fast' },
    });
  });

  it.each([
    ['--clients=1,many', /^--clients/],
    ['--only=half', /^--only/],
    ['--peer-header=nocolon', /^--peer-header/],
    ['--wrong', /--wrong/],
  ])('refuses %s and names the option', (flag, message) => {
    expect(() => readOptions([flag])).toThrow(message);
  });
});
