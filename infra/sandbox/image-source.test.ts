import { describe, expect, it } from 'vitest';
import { imageOfUrl } from './image-source.ts';

describe('the source of an image', () => {
  it.each([
    ['data:image/png;base64,AAAA', 'AAAA'],
    ['https://example.com/a.png', 'https://example.com/a.png'],
  ])('is read from %s', (url, expected) => {
    expect(imageOfUrl(url)).toBe(expected);
  });

  it.each([
    'AAAA',
    'data:image/png,AAAA',
    'data:text/plain;base64,AAAA',
    'data:image/png;base64,AAA',
    'data:image/png;base64,',
    'file:///etc/passwd',
  ])('is not found in %s', (url) => {
    expect(imageOfUrl(url)).toBeUndefined();
  });
});
