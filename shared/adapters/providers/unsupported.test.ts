import { describe, expect, it } from 'vitest';
import { PROVIDER_KINDS, type ProviderKind } from '../../contracts/config/config.ts';
import type { JobRequest, Message } from '../../contracts/http/job-request.ts';
import { unsupportedBy } from './registry.ts';
import { providerCall } from './testing/fixtures.ts';

const TOOL = { name: 'weather' };
const NOW = { name: 'now' };
const DATA_IMAGE = { type: 'image', url: 'data:image/png;base64,QUJD' } as const;
const URL_IMAGE = { type: 'image', url: 'https://example.com/a.PNG?size=2' } as const;
const UNTYPED_IMAGE = { type: 'image', url: 'https://example.com/a' } as const;
const STRICT_SCHEMA = { type: 'json_schema', name: 'n', schema: {}, strict: true } as const;
const HIGH = { effort: 'high' } as const;

type Row = readonly [request: Partial<JobRequest>, words: string, kinds: readonly ProviderKind[]];

/** Each request, and the kinds that cannot do it; all others can. */
const ROWS: readonly Row[] = [
  [{ seed: 7 }, 'seed', ['openai-responses', 'anthropic', 'deepseek']],
  [{ stop: 'END' }, 'stop sequences', ['openai-responses']],
  [{ temperature: 1.2 }, 'a temperature above 1', ['anthropic']],
  [{ temperature: 0.5, topP: 0.5 }, 'a temperature together with top-p', ['anthropic']],
  [{ stop: ' \n' }, 'stop sequences of white space alone', ['anthropic']],
  [
    { tools: [TOOL, NOW], toolChoice: 'required' },
    'a forced call of any tool',
    ['qwen', 'dashscope'],
  ],
  [{ tools: [TOOL], toolChoice: { name: 'weather' } }, 'a forced tool call', ['ollama']],
  [
    { tools: [TOOL], parallelToolCalls: false },
    'one tool call at a time',
    ['gemini', 'vertex', 'deepseek', 'ollama'],
  ],
  [{ tools: [{ ...TOOL, strict: true }] }, 'strict tools', ['qwen', 'dashscope', 'ollama']],
  [{ responseFormat: STRICT_SCHEMA }, 'a strict JSON schema', ['deepseek']],
  [
    { reasoning: HIGH, responseFormat: { type: 'json' } },
    'reasoning in a JSON answer',
    ['qwen', 'dashscope'],
  ],
  [
    { reasoning: { budgetTokens: 2_000 } },
    'a reasoning budget',
    ['openai', 'openai-responses', 'openai-compatible', 'mistral', 'deepseek', 'ollama'],
  ],
  [{ reasoning: { budgetTokens: 100 } }, 'a reasoning budget below 1024 tokens', ['anthropic']],
  [
    { reasoning: { budgetTokens: 2_000 }, maxTokens: 1_024 },
    'a reasoning budget in an answer of at most 1024 tokens',
    ['anthropic'],
  ],
  [
    { reasoning: HIGH, topP: 0.5 },
    'a temperature or top-p with reasoning',
    ['anthropic', 'deepseek'],
  ],
];

describe('unsupportedBy', () => {
  it.each(ROWS)('says of %j: %s', (request, words, kinds) => {
    for (const kind of kinds) {
      expect(unsupportedBy(kind, jobRequest(request))).toBe(words);
    }
  });

  it.each(ROWS)('names %j only where it cannot be done: %s', (request, words, kinds) => {
    const others = PROVIDER_KINDS.filter((kind) => !kinds.includes(kind));

    for (const kind of others) {
      expect(unsupportedBy(kind, jobRequest(request)) ?? '').not.toMatch(
        new RegExp(`${words}(,|$)`),
      );
    }
  });

  it.each(PROVIDER_KINDS)('finds nothing in what %s can do', (kind) => {
    const request = jobRequest({
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hi' },
      ],
      temperature: 1,
      topP: 1,
      maxTokens: 2_000,
      stop: [],
      tools: [TOOL],
      toolChoice: 'auto',
      parallelToolCalls: true,
      responseFormat: { type: 'text' },
      reasoning: { effort: 'none', budgetTokens: 0 },
    });

    expect(unsupportedBy(kind, request)).toBeUndefined();
  });

  it.each(PROVIDER_KINDS)('does not mind of %s what tools may not be called', (kind) => {
    const tools = [{ ...TOOL, strict: true }];
    const request = jobRequest({ tools, toolChoice: 'none', parallelToolCalls: false });

    expect(unsupportedBy(kind, request)).toBeUndefined();
  });

  it('joins all the words', () => {
    const request = jobRequest({ seed: 7, stop: 'END' });

    expect(unsupportedBy('openai-responses', request)).toBe('stop sequences, seed');
  });

  it.each([
    ['openai', 4],
    ['gemini', 5],
  ] as const)('counts the stop sequences of %s up to %i', (kind, most) => {
    const stop = Array.from({ length: most }, (_, index) => `END ${index}`);

    expect(unsupportedBy(kind, jobRequest({ stop }))).toBeUndefined();
    expect(unsupportedBy(kind, jobRequest({ stop: [...stop, 'more'] }))).toBe(
      `more than ${most} stop sequences`,
    );
  });

  it.each([
    ['openai', URL_IMAGE, undefined],
    ['anthropic', UNTYPED_IMAGE, undefined],
    ['ollama', DATA_IMAGE, undefined],
    ['ollama', URL_IMAGE, 'images by URL'],
    ['gemini', DATA_IMAGE, undefined],
    ['gemini', URL_IMAGE, undefined],
    ['vertex', UNTYPED_IMAGE, 'images by URL whose name does not end in their type'],
    ['deepseek', DATA_IMAGE, 'images'],
  ] as const)('judges images for %s: %j', (kind, image, words) => {
    const request = jobRequest({ messages: [{ role: 'user', content: [image] }] });

    expect(unsupportedBy(kind, request)).toBe(words);
  });

  it.each(PROVIDER_KINDS)('refuses images where %s has no place for them', (kind) => {
    const roles = ['system', 'assistant'] as const;
    const words = roles.map((role) => {
      const message: Message = { role, content: [DATA_IMAGE] };
      return unsupportedBy(kind, jobRequest({ messages: [message] }));
    });

    const expected =
      kind === 'deepseek'
        ? ['images', 'images']
        : ['images in system messages', 'images in assistant messages'];
    expect(words).toEqual(expected);
  });

  it.each(['anthropic', 'qwen', 'dashscope'] as const)(
    'refuses %s a forced tool call beside reasoning',
    (kind) => {
      const request = { tools: [TOOL], toolChoice: { name: 'weather' }, reasoning: HIGH };

      expect(unsupportedBy(kind, jobRequest(request))).toBe('a forced tool call with reasoning');
    },
  );

  it.each([
    ['anthropic', { budgetTokens: 2_000 }, /without their reasoning details$/],
    ['deepseek', HIGH, /without their reasoning$/],
  ] as const)(
    'refuses %s to reason on %j where that before the calls is missing',
    (kind, reasoning, words) => {
      const messages: Message[] = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', toolCalls: [{ id: 'a', name: 'weather', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'a', content: 'sun' },
      ];

      expect(unsupportedBy(kind, jobRequest({ messages, reasoning }))).toMatch(words);
      expect(unsupportedBy(kind, jobRequest({ messages }))).toBeUndefined();
    },
  );
});

function jobRequest(request: Partial<JobRequest>): JobRequest {
  return providerCall(request).request;
}
