import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toQwenRequest } from './request.ts';

const HIGH = { effort: 'high' } as const;
const TOOL = { name: 'weather' };

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

  it('switches thinking off without a stream, where nobody asked for it', () => {
    expect(thinkingFields({}, false)).toEqual({ enable_thinking: false });
  });

  it.each([
    [{ responseFormat: { type: 'json' } as const }, { enable_thinking: false }],
    [{ responseFormat: { type: 'text' } as const }, {}],
    [{ tools: [TOOL], toolChoice: { name: 'weather' } }, { enable_thinking: false }],
    [{ tools: [TOOL], toolChoice: 'auto' as const }, {}],
  ])(
    'switches thinking off where it is excluded and nobody asked for it: %j',
    (request, fields) => {
      expect(thinkingFields(request)).toEqual(fields);
    },
  );

  it('leaves models that always think alone', () => {
    const call = {
      ...providerCall({ responseFormat: { type: 'json' } }),
      requestModel: 'qwq-plus',
    };

    expect(onTheWire(toQwenRequest(call))).not.toHaveProperty('enable_thinking');
  });

  it('forces the only tool by its name', () => {
    expect(sent({ tools: [TOOL], toolChoice: 'required' })).toMatchObject({
      tool_choice: { type: 'function', function: { name: 'weather' } },
    });
  });

  it('keeps temperatures in a range that ends below 2', () => {
    expect(sent({ temperature: 2 })).toMatchObject({ temperature: 1.99 });
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
