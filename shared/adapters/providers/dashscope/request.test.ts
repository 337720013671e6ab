import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { isMultimodal } from './multimodal.ts';
import { toGenerationRequest } from './request.ts';

const TOOL = { name: 'weather', description: 'Weather', parameters: { type: 'object' } };
const IMAGE = { type: 'image', url: 'https://example.com/a.png' } as const;

describe('toGenerationRequest', () => {
  it('asks for messages with new text in each event, and for nothing that was not asked for', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      input: { messages: [{ role: 'user', content: 'Hi' }] },
      parameters: { result_format: 'message', incremental_output: true },
    });
  });

  it('turns thinking off without a stream, which open models demand', () => {
    const body = onTheWire(toGenerationRequest(providerCall({}, false)));

    expect(body['parameters']).toEqual({ result_format: 'message', enable_thinking: false });
  });

  it('passes sampling, bound, stop and seed on', () => {
    const body = sent({ temperature: 2, topP: 0.9, maxTokens: 100, stop: ['END'], seed: 7 });

    expect(body['parameters']).toMatchObject({
      temperature: 1.99,
      top_p: 0.9,
      max_tokens: 100,
      stop: ['END'],
      seed: 7,
    });
  });

  it.each([
    [{ effort: 'none' } as const, { enable_thinking: false }],
    [{ effort: 'high' } as const, { enable_thinking: true, thinking_budget: 24_576 }],
    [{ budgetTokens: 0 }, { enable_thinking: false }],
    [{ budgetTokens: 100 }, { enable_thinking: true, thinking_budget: 100 }],
  ])('writes the reasoning %j', (reasoning, expected) => {
    expect(sent({ reasoning })['parameters']).toMatchObject(expected);
  });

  it('writes tools and the choice of one, and no choice where there are none', () => {
    const some = sent({ tools: [TOOL], toolChoice: { name: 'weather' }, parallelToolCalls: true });
    const none = sent({ tools: [], toolChoice: 'auto', parallelToolCalls: true });

    expect(some['parameters']).toMatchObject({
      tools: [{ type: 'function', function: TOOL }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: true,
    });
    expect(none['parameters']).toEqual({ result_format: 'message', incremental_output: true });
  });

  it.each([
    [{ type: 'json' } as const, { type: 'json_object' }],
    [
      { type: 'json_schema', name: 'n', schema: { type: 'object' } } as const,
      { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
    ],
  ])('writes the response format %j', (responseFormat, expected) => {
    expect(sent({ responseFormat })['parameters']).toMatchObject({ response_format: expected });
  });

  it('writes content as text on the text path', () => {
    const body = sent({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', toolCalls: [{ id: 'a', name: 'now', arguments: '' }] },
        { role: 'tool', toolCallId: 'a', content: 'noon' },
      ],
    });

    expect(body['input']).toEqual({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'now', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'noon' },
      ],
    });
  });

  it('writes content as parts on the multimodal path, images of results after all of them', () => {
    const body = sent({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'Look' }, IMAGE] },
        { role: 'tool', toolCallId: 'a', content: [{ type: 'text', text: 'sun' }, IMAGE] },
        { role: 'tool', toolCallId: 'b', content: 'rain' },
        { role: 'user', content: 'So?' },
      ],
    });

    expect(body['input']).toEqual({
      messages: [
        { role: 'system', content: [{ text: 'Be brief' }] },
        { role: 'user', content: [{ text: 'Look' }, { image: IMAGE.url }] },
        { role: 'tool', tool_call_id: 'a', content: [{ text: 'sun' }] },
        { role: 'tool', tool_call_id: 'b', content: [{ text: 'rain' }] },
        { role: 'user', content: [{ image: IMAGE.url }] },
        { role: 'user', content: [{ text: 'So?' }] },
      ],
    });
  });
});

describe('isMultimodal', () => {
  it.each([
    ['qwen-max', false],
    ['qwen3-235b-a22b', false],
    ['qwen-vl-plus', true],
    ['qwen3-vl-32b', true],
    ['qvq-max', true],
    ['qwen3.5-plus', true],
    ['qwen4-max', true],
  ])('says of the model %s: %s', (requestModel, expected) => {
    expect(isMultimodal({ ...providerCall(), requestModel })).toBe(expected);
  });

  it('is true for images, whatever the model', () => {
    expect(isMultimodal(providerCall({ messages: [{ role: 'user', content: [IMAGE] }] }))).toBe(
      true,
    );
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toGenerationRequest(providerCall(request)));
}
