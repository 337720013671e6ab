import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import type { JsonRecord } from '../http/json.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toDeepseekRequest } from './request.ts';

describe('toDeepseekRequest', () => {
  it('leaves thinking to the server where nothing was asked', () => {
    expect(sent({ maxTokens: 9 })).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    [{ effort: 'none' } as const, 'disabled', undefined],
    [{ budgetTokens: 0 }, 'disabled', undefined],
    [{ effort: 'minimal' } as const, 'enabled', 'low'],
    [{ effort: 'medium' } as const, 'enabled', 'high'],
    [{ effort: 'max' } as const, 'enabled', 'max'],
    [{ budgetTokens: 2_000 }, 'enabled', undefined],
  ])('writes the reasoning %j', (reasoning, type, effort) => {
    const body = sent({ reasoning });

    expect(body['thinking']).toEqual({ type });
    expect(body['reasoning_effort']).toBe(effort);
  });

  it('does not think on after calls whose reasoning it cannot repeat', () => {
    const body = sent({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', toolCalls: [{ id: 'a', name: 'f', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'a', content: 'sun' },
      ],
      reasoning: { effort: 'high' },
    });

    expect(body['thinking']).toEqual({ type: 'disabled' });
    expect(body).not.toHaveProperty('reasoning_effort');
  });

  it.each([
    [{ temperature: 0.3 }, { type: 'disabled' }],
    [{ topP: 0.9 }, { type: 'disabled' }],
    [{ temperature: 1, topP: 1 }, undefined],
  ])('does not let thinking swallow the sampling settings %j', (settings, thinking) => {
    expect(sent(settings)['thinking']).toEqual(thinking);
  });

  it.each([
    [{ type: 'json' } as const, 'Answer with one JSON object.'],
    [
      { type: 'json_schema', name: 'n', schema: { type: 'object' } } as const,
      'Answer with one JSON object that matches this JSON schema: {"type":"object"}',
    ],
  ])('asks in words too for the format %j', (responseFormat, instruction) => {
    const body = sent({ responseFormat });

    expect(body['response_format']).toEqual({ type: 'json_object' });
    expect(body['messages']).toEqual([
      { role: 'system', content: instruction },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('says nothing of JSON where the answer is text', () => {
    const body = sent({ responseFormat: { type: 'text' } });

    expect(body['messages']).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(body).not.toHaveProperty('response_format');
  });
});

function sent(request: Partial<JobRequest>): JsonRecord {
  return onTheWire(toDeepseekRequest(providerCall(request)));
}
