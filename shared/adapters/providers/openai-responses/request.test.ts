import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toResponsesRequest } from './request.ts';

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };

describe('toResponsesRequest', () => {
  it('keeps nothing at the provider, and sends nothing that was not asked for', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      input: [{ role: 'user', content: 'Hi' }],
      store: false,
      stream: true,
      stream_options: { include_obfuscation: false },
    });
  });

  it('names no stream options without a stream', () => {
    const body = toResponsesRequest(providerCall({}, false));

    expect(body).toMatchObject({ stream: false, stream_options: undefined });
  });

  it('passes sampling, bound and effort on, and leaves out what the API does not know', () => {
    const body = sent({
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 100,
      stop: ['END'],
      seed: 7,
      reasoning: { effort: 'high', budgetTokens: 2_000 },
    });

    expect(body).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      reasoning: { effort: 'high' },
    });
    expect(body).not.toHaveProperty('stop');
    expect(body).not.toHaveProperty('seed');
  });

  it('switches reasoning off with a budget of nothing', () => {
    expect(sent({ reasoning: { budgetTokens: 0 } })).toMatchObject({
      reasoning: { effort: 'none' },
    });
  });

  it('writes flat tools that are strict only where asked', () => {
    const body = sent({
      tools: [
        { name: 'weather', description: 'Weather', parameters: PARAMETERS, strict: true },
        { name: 'now' },
      ],
      toolChoice: { name: 'weather' },
      parallelToolCalls: false,
    });

    expect(body).toMatchObject({
      tools: [
        {
          type: 'function',
          name: 'weather',
          description: 'Weather',
          parameters: PARAMETERS,
          strict: true,
        },
        {
          type: 'function',
          name: 'now',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
    });
  });

  it('leaves out a choice of tools where there are none', () => {
    const body = sent({ tools: [], toolChoice: 'auto', parallelToolCalls: true });

    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('tool_choice');
    expect(body).not.toHaveProperty('parallel_tool_calls');
  });

  it.each([
    [{ type: 'text' } as const, undefined],
    [{ type: 'json' } as const, { format: { type: 'json_object' } }],
    [
      { type: 'json_schema', name: 'n', schema: PARAMETERS, strict: true } as const,
      { format: { type: 'json_schema', name: 'n', schema: PARAMETERS, strict: true } },
    ],
  ])('writes the response format %j', (responseFormat, expected) => {
    expect(sent({ responseFormat })['text']).toEqual(expected);
  });

  it('writes a conversation as instructions and items', () => {
    const url = 'https://example.com/a.png';

    const body = sent({
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', url },
          ],
        },
        {
          role: 'assistant',
          content: 'Wait',
          toolCalls: [
            { id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
            { id: 'b', name: 'now', arguments: '' },
          ],
        },
        { role: 'tool', toolCallId: 'a', content: 'sun' },
        { role: 'tool', toolCallId: 'b', content: [{ type: 'image', url }] },
      ],
    });

    const image = { type: 'input_image', image_url: url, detail: 'auto' };
    expect(body['instructions']).toBe('Be brief');
    expect(body['input']).toEqual([
      { role: 'user', content: [{ type: 'input_text', text: 'Look' }, image] },
      { role: 'assistant', content: 'Wait' },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call', call_id: 'b', name: 'now', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'sun' },
      { type: 'function_call_output', call_id: 'b', output: [image] },
    ]);
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toResponsesRequest(providerCall(request)));
}
