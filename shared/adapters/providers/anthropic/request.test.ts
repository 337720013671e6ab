import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toMessagesRequest } from './request.ts';

const TOOLS = [{ name: 'weather', parameters: { type: 'object' } }];

describe('toMessagesRequest', () => {
  it('bounds every answer, because the field is required', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      max_tokens: 4_096,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      stream: true,
    });
    expect(sent({ maxTokens: 10 })).toMatchObject({ max_tokens: 10 });
    expect(toMessagesRequest({ ...providerCall(), maxOutputTokens: 20 })).toMatchObject({
      max_tokens: 20,
    });
  });

  it('puts system prompts beside the messages', () => {
    const body = sent({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Be kind' },
      ],
    });

    expect(body).toMatchObject({ system: 'Be brief\n\nBe kind', messages: [{ role: 'user' }] });
  });

  it('puts all results of a turn and the text after them in one message of the user', () => {
    const body = sent({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: '',
          toolCalls: [
            { id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
            { id: 'call:b.1', name: 'weather', arguments: '' },
          ],
        },
        { role: 'tool', toolCallId: 'a', content: 'sun' },
        { role: 'tool', toolCallId: 'call:b.1', content: '' },
        { role: 'user', content: 'So?' },
      ],
    });

    expect(body['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Rome' } },
          { type: 'tool_use', id: 'call_b_1', name: 'weather', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'sun' }] },
          { type: 'tool_result', tool_use_id: 'call_b_1', content: [] },
          { type: 'text', text: 'So?' },
        ],
      },
    ]);
  });

  it('keeps arguments that are no object as a field of one', () => {
    const body = sent({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', toolCalls: [{ id: 'a', name: 'f', arguments: '{broken' }] },
      ],
    });

    expect(body).toMatchObject({
      messages: [{}, { content: [{ input: { arguments: '{broken' } }] }],
    });
  });

  it('sends images as addresses or inline', () => {
    const body = sent({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', url: 'https://example.com/a.png' },
            { type: 'image', url: 'data:image/png;base64,QUJD' },
          ],
        },
      ],
    });

    expect(body).toMatchObject({
      messages: [
        {
          content: [
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'QUJD' },
            },
          ],
        },
      ],
    });
  });

  it.each([
    [{ toolChoice: 'auto' } as const, { type: 'auto' }],
    [{ toolChoice: 'required' } as const, { type: 'any' }],
    [{ toolChoice: 'none', parallelToolCalls: false } as const, { type: 'none' }],
    [{ toolChoice: { name: 'weather' } }, { type: 'tool', name: 'weather' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{}, undefined],
  ])('writes the choice of tools %j', (choice, expected) => {
    const body = sent({ tools: TOOLS, ...choice });

    expect(body['tool_choice']).toEqual(expected);
    expect(body['tools']).toEqual([{ name: 'weather', input_schema: { type: 'object' } }]);
  });

  it('writes a JSON schema as output format, and asks for plain JSON in words', () => {
    const schema = { type: 'object' };

    const strict = sent({ responseFormat: { type: 'json_schema', name: 'n', schema } });
    const plain = sent({ responseFormat: { type: 'json' } });

    expect(strict['output_config']).toEqual({ format: { type: 'json_schema', schema } });
    expect(plain['system']).toContain('JSON');
  });

  it('sends the one sampling setting that says something', () => {
    expect(sent({ temperature: 0.5, topP: 1 })).toMatchObject({ temperature: 0.5 });
    expect(sent({ temperature: 0.5, topP: 1 })).not.toHaveProperty('top_p');
    expect(sent({ temperature: 1, topP: 0.5 })).toMatchObject({ top_p: 0.5 });
    expect(sent({ temperature: 1, topP: 0.5 })).not.toHaveProperty('temperature');
  });

  it('passes stop sequences on as a list, and none where there are none', () => {
    expect(sent({ stop: 'END' })).toMatchObject({ stop_sequences: ['END'] });
    expect(sent({ stop: [] })).not.toHaveProperty('stop_sequences');
  });

  it('makes room for a budget in an answer that nobody bounded', () => {
    expect(sent({ reasoning: { budgetTokens: 5_000 } })).toMatchObject({
      max_tokens: 9_096,
      thinking: { budget_tokens: 5_000 },
    });
  });
});

describe('thinking', () => {
  it('takes an effort, and then no sampling settings', () => {
    const body = sent({ reasoning: { effort: 'minimal' }, temperature: 0.5 });

    expect(body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    });
    expect(body).not.toHaveProperty('temperature');
  });

  it('takes a budget that leaves room for the answer', () => {
    const body = sent({ reasoning: { budgetTokens: 5_000 }, maxTokens: 3_000 });

    expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: 2_999 });
  });

  it('can be switched off', () => {
    expect(sent({ reasoning: { effort: 'none' } })['thinking']).toEqual({ type: 'disabled' });
    expect(sent({ reasoning: { budgetTokens: 0 } })['thinking']).toEqual({ type: 'disabled' });
  });

  it.each([
    ['a forced tool', { reasoning: { effort: 'high' }, toolChoice: 'required' }],
    [
      'an answer bounded below the least budget',
      { reasoning: { budgetTokens: 2_000 }, maxTokens: 500 },
    ],
    [
      'a turn after tool results, whose signed block we do not have',
      {
        reasoning: { budgetTokens: 2_000 },
        messages: [{ role: 'tool', toolCallId: 'a', content: 'sun' }],
      },
    ],
  ] satisfies [string, Partial<JobRequest>][])('is left to the model with %s', (_name, request) => {
    expect(sent(request)).not.toHaveProperty('thinking');
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toMessagesRequest(providerCall(request)));
}
