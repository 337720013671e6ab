import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { type ChatDialect, COMPATIBLE_REQUESTS, toChatRequest } from './request.ts';

const WEATHER = { name: 'weather', description: 'Weather', parameters: { type: 'object' } };

describe('toChatRequest', () => {
  it('asks for a stream with its usage, and sends nothing that was not asked for', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('names no stream options without a stream', () => {
    const body = toChatRequest(providerCall({}, false), COMPATIBLE_REQUESTS);

    expect(body).toMatchObject({ stream: false, stream_options: undefined });
  });

  it('passes sampling, bound, stop, seed and effort on', () => {
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
      max_tokens: 100,
      stop: ['END'],
      seed: 7,
      reasoning_effort: 'high',
    });
  });

  it('names the bound as the dialect does, and takes the deployment\u2019s where the request has none', () => {
    const dialect: ChatDialect = { maxTokensField: 'max_completion_tokens', streamOptions: {} };

    const body = toChatRequest({ ...providerCall(), maxOutputTokens: 50 }, dialect);

    expect(body).toMatchObject({ max_completion_tokens: 50 });
    expect(body).not.toHaveProperty('max_tokens');
  });

  it('writes tools and the choice of one', () => {
    const body = sent({
      tools: [{ ...WEATHER, strict: true }],
      toolChoice: { name: 'weather' },
      parallelToolCalls: false,
    });

    expect(body).toMatchObject({
      tools: [{ type: 'function', function: { ...WEATHER, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
    });
  });

  it('leaves out a choice of tools where there are none, which servers refuse', () => {
    const body = sent({ tools: [], toolChoice: 'auto', parallelToolCalls: true });

    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('tool_choice');
    expect(body).not.toHaveProperty('parallel_tool_calls');
  });

  it.each([
    [{ type: 'text' } as const, undefined],
    [{ type: 'json' } as const, { type: 'json_object' }],
    [
      { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } as const,
      {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
      },
    ],
  ])('writes the response format %j', (responseFormat, expected) => {
    expect(sent({ responseFormat })['response_format']).toEqual(expected);
  });

  it('writes a conversation with images and parallel tool calls', () => {
    const image = { type: 'image', url: 'https://example.com/a.png' } as const;

    const body = sent({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief' }] },
        { role: 'user', content: [{ type: 'text', text: 'Look' }, image] },
        {
          role: 'assistant',
          toolCalls: [
            { id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
            { id: 'b', name: 'weather', arguments: '' },
          ],
        },
        { role: 'tool', toolCallId: 'a', content: [{ type: 'text', text: 'sun' }, image] },
        { role: 'tool', toolCallId: 'b', content: 'rain' },
        { role: 'user', content: 'So?' },
      ],
    });

    const imagePart = { type: 'image_url', image_url: { url: image.url } };
    expect(body['messages']).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: [{ type: 'text', text: 'Look' }, imagePart] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'a',
            type: 'function',
            function: { name: 'weather', arguments: '{"city":"Rome"}' },
          },
          { id: 'b', type: 'function', function: { name: 'weather', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sun' },
      { role: 'tool', tool_call_id: 'b', content: 'rain' },
      { role: 'user', content: [imagePart] },
      { role: 'user', content: 'So?' },
    ]);
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toChatRequest(providerCall(request), COMPATIBLE_REQUESTS));
}
