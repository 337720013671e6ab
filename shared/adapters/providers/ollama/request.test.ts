import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toOllamaRequest } from './request.ts';

const TOOL = { name: 'weather', description: 'Weather', parameters: { type: 'object' } };

describe('toOllamaRequest', () => {
  it('sends nothing that was not asked for', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      options: {},
    });
  });

  it('says that it wants no stream, which would be the default', () => {
    expect(toOllamaRequest(providerCall({}, false))).toMatchObject({ stream: false });
  });

  it('passes sampling, bound, stop and seed on as options', () => {
    const body = sent({ temperature: 0.5, topP: 0.9, maxTokens: 100, stop: 'END', seed: 7 });

    expect(body['options']).toEqual({
      temperature: 0.5,
      top_p: 0.9,
      num_predict: 100,
      stop: ['END'],
      seed: 7,
    });
  });

  it.each([
    [{ effort: 'none' } as const, false],
    [{ effort: 'minimal' } as const, 'low'],
    [{ effort: 'max' } as const, 'high'],
    [{ budgetTokens: 0 }, false],
    [{ effort: 'low', budgetTokens: 0 } as const, false],
  ])('writes the reasoning %j as think %s', (reasoning, think) => {
    expect(sent({ reasoning })['think']).toBe(think);
  });

  it('writes tools, and none where none may be called', () => {
    const allowed = sent({ tools: [TOOL, { name: 'now' }], toolChoice: 'auto' });
    const forbidden = sent({ tools: [TOOL], toolChoice: 'none' });

    expect(allowed['tools']).toEqual([
      { type: 'function', function: TOOL },
      {
        type: 'function',
        function: { name: 'now', parameters: { type: 'object', properties: {} } },
      },
    ]);
    expect(forbidden).not.toHaveProperty('tools');
  });

  it.each([
    [{ type: 'text' } as const, undefined],
    [{ type: 'json' } as const, 'json'],
    [{ type: 'json_schema', name: 'n', schema: { type: 'object' } } as const, { type: 'object' }],
  ])('writes the response format %j', (responseFormat, expected) => {
    expect(sent({ responseFormat })['format']).toEqual(expected);
  });

  it('writes a conversation with images, calls and their results', () => {
    const body = sent({
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', url: 'data:image/png;base64,AAAA' },
            { type: 'image', url: 'https://example.com/a.png' },
          ],
        },
        {
          role: 'assistant',
          toolCalls: [
            { id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
            { id: 'b', name: 'now', arguments: 'soon' },
            { id: 'c', name: 'now', arguments: '' },
          ],
        },
        { role: 'tool', toolCallId: 'a', content: 'sun' },
      ],
    });

    expect(body['messages']).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Look', images: ['AAAA', 'https://example.com/a.png'] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', function: { name: 'weather', arguments: { city: 'Rome' } } },
          { id: 'b', function: { name: 'now', arguments: { arguments: 'soon' } } },
          { id: 'c', function: { name: 'now', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'sun', tool_name: 'weather', tool_call_id: 'a' },
    ]);
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toOllamaRequest(providerCall(request)));
}
