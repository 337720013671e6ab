import { describe, expect, it } from 'vitest';
import { parseSecondsMs, readRetryAfterMs } from './retry-after.ts';

describe('readRetryAfterMs', () => {
  it.each([
    ['seconds', { 'retry-after': '12' }, 12_000],
    ['fractions of a second', { 'retry-after': '0.5' }, 500],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    ['seconds where milliseconds are 0', { 'retry-after-ms': '0', 'retry-after': '1' }, 1_000],
    [
      'a date, against the date of the server',
      {
        'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT',
        date: 'Sun, 22 Nov 2026 10:00:00 GMT',
      },
      30_000,
    ],
    ['a wait beyond a day as a day', { 'retry-after': '9999999' }, 86_400_000],
  ])('reads %s', (_name, headers, waitMs) => {
    expect(readRetryAfterMs(headers)).toBe(waitMs);
  });

  it.each([
    ['nothing', {}],
    ['an empty value', { 'retry-after': '' }],
    ['zero', { 'retry-after': '0' }],
    ['a negative number', { 'retry-after': '-3' }],
    ['words', { 'retry-after': 'soon' }],
    ['a date without a date of the server', { 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }],
  ])('takes %s for no answer', (_name, headers) => {
    expect(readRetryAfterMs(headers)).toBeUndefined();
  });
});

describe('parseSecondsMs', () => {
  it.each([
    ['48s', 48_000],
    ['3.89s', 3_890],
    ['120ms', 120],
    ['soon', undefined],
  ])('reads %s', (text, waitMs) => {
    expect(parseSecondsMs(text)).toBe(waitMs);
  });
});
