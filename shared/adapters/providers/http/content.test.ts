import { describe, expect, it } from 'vitest';
import { parseDataUrl, partsOf, systemText, textOf } from './content.ts';

describe('content', () => {
  it('is read as parts without the empty ones', () => {
    expect(partsOf('Hi')).toEqual([{ type: 'text', text: 'Hi' }]);
    expect(partsOf('')).toEqual([]);
    expect(partsOf([{ type: 'text', text: '' }])).toEqual([]);
    expect(partsOf(undefined)).toEqual([]);
  });

  it('is read as text without its images', () => {
    const text = textOf([
      { type: 'text', text: 'one' },
      { type: 'image', url: 'https://example.com/a.png' },
      { type: 'text', text: 'two' },
    ]);

    expect(text).toBe('one\ntwo');
  });

  it('joins the system prompts, wherever they stand', () => {
    const text = systemText([
      { role: 'system', content: 'one' },
      { role: 'user', content: 'Hi' },
      { role: 'system', content: [{ type: 'text', text: 'two' }] },
    ]);

    expect(text).toBe('one\n\ntwo');
  });
});

describe('parseDataUrl', () => {
  it('reads media type and base64', () => {
    expect(parseDataUrl('data:image/png;base64,QUJD')).toEqual({
      mediaType: 'image/png',
      data: 'QUJD',
    });
  });

  it.each(['https://example.com/a.png', 'data:image/svg+xml,<svg/>', 'data:;base64,QUJD'])(
    'leaves %s alone',
    (url) => {
      expect(parseDataUrl(url)).toBeUndefined();
    },
  );
});
