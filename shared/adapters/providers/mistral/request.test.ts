import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import type { JsonRecord } from '../http/json.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toMistralRequest } from './request.ts';

const OWN_ID = /^[A-Za-z0-9]{9}$/;

const sentIdsSchema = z.object({
  messages: z.array(
    z.object({
      tool_call_id: z.string().optional(),
      tool_calls: z.array(z.object({ id: z.string() })).optional(),
    }),
  ),
});

describe('toMistralRequest', () => {
  it('sends nothing that was not asked for', () => {
    expect(sent({})).toEqual({
      model: 'model-1',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  it('names bound, seed and a forced tool in its own words', () => {
    const body = sent({ maxTokens: 9, seed: 7, tools: [{ name: 'f' }], toolChoice: 'required' });

    expect(body).toMatchObject({ max_tokens: 9, random_seed: 7, tool_choice: 'any' });
    expect(body).not.toHaveProperty('seed');
  });

  it('gives a tool without parameters empty ones', () => {
    expect(sent({ tools: [{ name: 'f' }] })['tools']).toEqual([
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
    ]);
  });

  it('passes the choice of one tool on', () => {
    const body = sent({ tools: [{ name: 'f' }], toolChoice: { name: 'f' } });

    expect(body['tool_choice']).toEqual({ type: 'function', function: { name: 'f' } });
  });

  it.each([
    [{ effort: 'max' } as const, 'xhigh'],
    [{ effort: 'low' } as const, 'low'],
    [{ budgetTokens: 0 }, 'none'],
    [{ budgetTokens: 2_000 }, undefined],
  ])('writes the reasoning %j', (reasoning, effort) => {
    expect(sent({ reasoning })['reasoning_effort']).toBe(effort);
  });

  it('turns foreign ids of calls into its own, the same for call and result, and keeps its own', () => {
    const { messages } = sentIdsSchema.parse(
      sent({
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            toolCalls: [
              { id: 'call_abc', name: 'f', arguments: '{}' },
              { id: 'g6fVbXS8K', name: 'g', arguments: '{}' },
            ],
          },
          { role: 'tool', toolCallId: 'call_abc', content: 'sun' },
          { role: 'tool', toolCallId: 'g6fVbXS8K', content: 'rain' },
        ],
      }),
    );

    const [foreign, own] = messages[1]?.tool_calls ?? [];
    expect(foreign?.id).toMatch(OWN_ID);
    expect(messages[2]?.tool_call_id).toBe(foreign?.id);
    expect(own?.id).toBe('g6fVbXS8K');
    expect(messages[3]?.tool_call_id).toBe('g6fVbXS8K');
  });

  it('leaves the images of a result in the message of the tool', () => {
    const body = sent({
      messages: [
        {
          role: 'tool',
          toolCallId: 'g6fVbXS8K',
          content: [
            { type: 'text', text: 'a map' },
            { type: 'image', url: 'https://example.com/a.png' },
          ],
        },
      ],
    });

    expect(body['messages']).toEqual([
      {
        role: 'tool',
        tool_call_id: 'g6fVbXS8K',
        content: [
          { type: 'text', text: 'a map' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
    ]);
  });

  it('marks an answer that is to be continued as a prefix', () => {
    const body = sent({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hel' },
      ],
    });

    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hel', prefix: true },
    ]);
  });
});

function sent(request: Partial<JobRequest>): JsonRecord {
  return onTheWire(toMistralRequest(providerCall(request)));
}
