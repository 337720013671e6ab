import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../shared/contracts/http/job-request.ts';
import { aRequest } from '../../../test/support/builders.ts';
import { readFeatures } from './request-features.ts';

const IMAGE = { type: 'image' as const, url: 'https://example.com/a.png' };

describe('readFeatures', () => {
  it('estimates the input from the text of all messages, the tools and the images', () => {
    const features = readFeatures(
      aRequest({
        messages: [
          { role: 'system', content: 'x'.repeat(400) },
          { role: 'user', content: [{ type: 'text', text: 'x'.repeat(400) }, IMAGE] },
          { role: 'assistant' },
        ],
      }),
    );

    expect(features.inputTokens).toBe(1_201);
  });

  it.each([
    [undefined, 400],
    [100, 100],
    [10_000, 400],
  ])('expects of an answer bounded at %s tokens %i', (maxTokens, expected) => {
    const features = readFeatures(aRequest(maxTokens === undefined ? {} : { maxTokens }));

    expect(features.expectedOutputTokens).toBe(expected);
    expect(features.maxOutputTokens).toBe(maxTokens);
  });

  it.each<[string, Partial<JobRequest>, string[]]>([
    ['plain text', { responseFormat: { type: 'text' }, tools: [] }, []],
    ['tools', { tools: [{ name: 'search' }] }, ['tools']],
    ['JSON', { responseFormat: { type: 'json' } }, ['json']],
    ['an image', { messages: [{ role: 'user', content: [IMAGE] }] }, ['images']],
    ['some effort', { reasoning: { effort: 'minimal' } }, ['reasoning']],
    ['a budget for reasoning', { reasoning: { budgetTokens: 1 } }, ['reasoning']],
    ['no effort', { reasoning: { effort: 'none' } }, []],
  ])('needs for %s %j', (_what, request, needs) => {
    expect(readFeatures(aRequest(request)).needs).toEqual(needs);
  });
});
