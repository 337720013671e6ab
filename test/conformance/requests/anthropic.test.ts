import Anthropic from '@anthropic-ai/sdk';
import { describe } from 'vitest';
import { API_KEY, MODELS } from './adapter-request.ts';
import { itSendsWhatTheSdkSends } from './sdk.contract.ts';
import { CITY_SCHEMA, IMAGE_URL, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

const QUESTION: Anthropic.MessageParam = {
  role: 'user',
  content: [{ type: 'text', text: 'What is the weather in Rome?' }],
};

const WEATHER: Anthropic.Tool = {
  name: 'get_weather',
  description: 'Weather of a city',
  input_schema: WEATHER_PARAMETERS,
};

const TOOLS: Anthropic.Tool[] = [
  WEATHER,
  {
    name: 'get_time',
    description: 'Time of day',
    input_schema: { type: 'object', properties: {} },
  },
];

const WEATHER_CALL: Anthropic.ToolUseBlockParam = {
  type: 'tool_use',
  id: 'call_1',
  name: 'get_weather',
  input: { city: 'Rome' },
};

const CALLS: Anthropic.ContentBlockParam[] = [
  WEATHER_CALL,
  { type: 'tool_use', id: 'call_2', name: 'get_time', input: {} },
];

const RESULTS: Anthropic.MessageParam = {
  role: 'user',
  content: [
    {
      type: 'tool_result',
      tool_use_id: 'call_1',
      content: [{ type: 'text', text: '{"sky":"clear"}' }],
    },
    { type: 'tool_result', tool_use_id: 'call_2', content: [{ type: 'text', text: 'noon' }] },
  ],
};

const SKY: Anthropic.MessageParam = {
  role: 'user',
  content: [
    {
      type: 'tool_result',
      tool_use_id: 'call_1',
      content: [
        { type: 'text', text: 'The sky now' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
      ],
    },
  ],
};

const THINKING: Anthropic.ThinkingBlockParam = {
  type: 'thinking',
  thinking: 'I should look outside.',
  signature: 'c2lnbmVk',
};

const CITY: Anthropic.JSONOutputFormat = { type: 'json_schema', schema: CITY_SCHEMA };

describe('the @anthropic-ai/sdk', () => {
  itSendsWhatTheSdkSends<Anthropic.MessageCreateParams>({
    kind: 'anthropic',
    // The SDK sends the key as a bearer since its API version 2026-10-21, we as that of 2023-06-01 has it: `x-api-key`.
    headers: ['anthropic-version', 'content-type'],
    send: (origin, call) =>
      new Anthropic({
        apiKey: API_KEY,
        baseURL: origin,
        maxRetries: 0,
        // The version that we speak and that has sampling settings; the SDK's own default is 2026-10-21.
        defaultHeaders: { 'anthropic-version': '2023-06-01' },
      }).messages.create(call),
    calls: {
      plain: message({}),
      'plain-not-streamed': message({ stream: false }),
      'system-and-turns': message({
        system: 'Answer in one line.',
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
          { role: 'assistant', content: [{ type: 'text', text: 'Hi! How can I help?' }] },
          QUESTION,
        ],
      }),
      'image-data': message({
        messages: [picture({ type: 'base64', media_type: 'image/png', data: PIXEL })],
      }),
      'image-url': message({ messages: [picture({ type: 'url', url: IMAGE_URL })] }),
      'tools-auto': message({ tools: TOOLS, tool_choice: { type: 'auto' } }),
      'tools-none': message({ tools: TOOLS, tool_choice: { type: 'none' } }),
      'tool-strict': message({ tools: [{ ...WEATHER, strict: true }] }),
      'tool-forced': message({ tools: TOOLS, tool_choice: { type: 'tool', name: 'get_weather' } }),
      'tool-required': message({ tools: TOOLS, tool_choice: { type: 'any' } }),
      'tools-one-at-a-time': message({
        tools: TOOLS,
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      }),
      'tool-results': message({
        messages: [QUESTION, { role: 'assistant', content: CALLS }, RESULTS],
        tools: TOOLS,
      }),
      'tool-result-image': message({
        messages: [QUESTION, { role: 'assistant', content: [WEATHER_CALL] }, SKY],
        tools: [WEATHER],
      }),
      // There is no JSON mode: a user has to ask, as we do.
      json: message({
        system: 'Answer with one JSON value and nothing else: no explanation, no code fence.',
      }),
      'json-schema': message({ output_config: { format: CITY } }),
      'json-schema-strict': message({ output_config: { format: CITY } }),
      stop: message({ stop_sequences: ['END', '\n# '] }),
      'max-tokens': message({ max_tokens: 200 }),
      temperature: message({ temperature: 0.3 }),
      'top-p': message({ top_p: 0.9 }),
      'reasoning-effort': message({
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'medium' },
      }),
      'reasoning-off': message({ thinking: { type: 'disabled' } }),
      'reasoning-budget': message({ thinking: { type: 'enabled', budget_tokens: 2_048 } }),
      'reasoning-returned': message({
        messages: [QUESTION, { role: 'assistant', content: [THINKING, ...CALLS] }, RESULTS],
        tools: TOOLS,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'medium' },
      }),
    },
  });
});

/** Version 2026-10-21 of the API has no sampling settings, so the SDK's types no longer name them. */
interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
}

function message(
  fields: Partial<Anthropic.MessageCreateParams> & Sampling,
): Anthropic.MessageCreateParams {
  return {
    model: MODELS.anthropic,
    max_tokens: 4_096,
    messages: [QUESTION],
    stream: true,
    ...fields,
  };
}

function picture(source: Anthropic.ImageBlockParam['source']): Anthropic.MessageParam {
  return {
    role: 'user',
    content: [
      { type: 'text', text: 'What is this?' },
      { type: 'image', source },
    ],
  };
}
