import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toQwenRequest } from './request.ts';

const HIGH = { effort: 'high' } as const;

describe('toQwenRequest', () => {
  it('leaves thinking to the model where nothing was asked', () => {
    expect(sent({ maxTokens: 9 })).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    [HIGH, { enable_thinking: true, thinking_budget: 24_576 }],
    [{ effort: 'max' } as const, { enable_thinking: true }],
    [
      { ...HIGH, budgetTokens: 500 },
      { enable_thinking: true, thinking_budget: 500 },
    ],
    [{ effort: 'none' } as const, { enable_thinking: false }],
    [{ ...HIGH, budgetTokens: 0 }, { enable_thinking: false }],
  ])('writes the reasoning %j', (reasoning, fields) => {
    expect(thinkingFields({ reasoning })).toEqual(fields);
  });

  it('switches thinking off without a stream', () => {
    expect(thinkingFields({ reasoning: HIGH }, false)).toEqual({ enable_thinking: false });
    expect(thinkingFields({}, false)).toEqual({ enable_thinking: false });
  });

  it('switches thinking off for an answer bound to JSON, and only for that', () => {
    expect(thinkingFields({ reasoning: HIGH, responseFormat: { type: 'json' } })).toEqual({
      enable_thinking: false,
    });
    expect(thinkingFields({ responseFormat: { type: 'text' } })).toEqual({});
  });
});

function thinkingFields(request: Partial<JobRequest>, stream = true): unknown {
  const fields = Object.entries(sent(request, stream)).filter(([name]) =>
    /thinking|reasoning/.test(name),
  );
  return Object.fromEntries(fields);
}

function sent(request: Partial<JobRequest>, stream = true): Readonly<Record<string, unknown>> {
  return onTheWire(toQwenRequest(providerCall(request, stream)));
}
