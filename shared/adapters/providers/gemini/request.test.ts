import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toGenerateRequest } from './request.ts';

const CALLS: JobRequest['messages'] = [
  { role: 'user', content: 'Hi' },
  {
    role: 'assistant',
    toolCalls: [
      { id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
      { id: 'b', name: 'time', arguments: '' },
    ],
  },
  { role: 'tool', toolCallId: 'a', content: '{"sky":"clear"}' },
  { role: 'tool', toolCallId: 'b', content: 'noon' },
];

describe('toGenerateRequest', () => {
  it('writes sampling, bound, stop and seed as generationConfig', () => {
    const body = sent({ temperature: 0.5, topP: 0.9, maxTokens: 9, stop: 'END', seed: 7 });

    expect(body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: {
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 9,
        stopSequences: ['END'],
        seed: 7,
      },
    });
  });

  it('puts system prompts beside the contents', () => {
    const body = sent({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hi' },
      ],
    });

    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief' }] },
      contents: [{ role: 'user' }],
    });
  });

  it('answers calls by name, all results of a turn in one content', () => {
    const body = sent({ messages: CALLS });

    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'weather', args: { city: 'Rome' } } },
          { functionCall: { name: 'time', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'weather', response: { sky: 'clear' } } },
          { functionResponse: { name: 'time', response: { result: 'noon' } } },
        ],
      },
    ]);
  });

  it('signs repeated calls for Gemini 3, which refuses them otherwise', () => {
    const call = { ...providerCall({ messages: CALLS }), requestModel: 'gemini-3.1-pro-preview' };

    const text = JSON.stringify(toGenerateRequest(call));

    expect(text.match(/"thoughtSignature"/g)).toHaveLength(2);
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
      contents: [
        {
          parts: [
            { fileData: { fileUri: 'https://example.com/a.png' } },
            { inlineData: { mimeType: 'image/png', data: 'QUJD' } },
          ],
        },
      ],
    });
  });

  it.each([
    ['auto' as const, { mode: 'AUTO' }],
    ['none' as const, { mode: 'NONE' }],
    ['required' as const, { mode: 'ANY' }],
    [{ name: 'weather' }, { mode: 'ANY', allowedFunctionNames: ['weather'] }],
  ])('writes tools and the choice %j', (toolChoice, functionCallingConfig) => {
    const parameters = { type: 'object' };

    const body = sent({ tools: [{ name: 'weather', parameters }], toolChoice });

    expect(body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: parameters }] }],
      toolConfig: { functionCallingConfig },
    });
  });

  it.each([
    [undefined, { mode: 'VALIDATED' }],
    ['auto' as const, { mode: 'VALIDATED' }],
    ['required' as const, { mode: 'ANY' }],
  ])('has arguments of strict tools checked, with the choice %j', (toolChoice, expected) => {
    const body = sent({ tools: [{ name: 'weather', strict: true }], toolChoice });

    expect(body).toMatchObject({ toolConfig: { functionCallingConfig: expected } });
  });

  it('writes JSON mode and JSON schema', () => {
    const schema = { type: 'object' };

    expect(sent({ responseFormat: { type: 'json' } })).toMatchObject({
      generationConfig: { responseMimeType: 'application/json' },
    });
    expect(sent({ responseFormat: { type: 'json_schema', name: 'n', schema } })).toMatchObject({
      generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
    });
  });

  it.each([
    ['gemini-2.5-flash', { effort: 'high' }, { includeThoughts: true, thinkingBudget: 24_576 }],
    ['gemini-2.5-flash', { effort: 'none' }, { includeThoughts: false, thinkingBudget: 0 }],
    ['gemini-3.1-pro', { effort: 'max' }, { includeThoughts: true, thinkingLevel: 'HIGH' }],
    ['gemini-3.1-pro', { budgetTokens: 500 }, { includeThoughts: true, thinkingBudget: 500 }],
  ] as const)('tells %s to think with %j', (requestModel, reasoning, thinkingConfig) => {
    const body = toGenerateRequest({ ...providerCall({ reasoning }), requestModel });

    expect(body).toMatchObject({ generationConfig: { thinkingConfig } });
  });
});

function sent(request: Partial<JobRequest>): Readonly<Record<string, unknown>> {
  return onTheWire(toGenerateRequest(providerCall(request)));
}
