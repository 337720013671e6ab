import OpenAI from 'openai';
import { describe } from 'vitest';
import { API_KEY, MODELS } from './adapter-request.ts';
import { itSendsWhatTheSdkSends } from './sdk.contract.ts';
import { CITY_SCHEMA, IMAGE_URL, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

const QUESTION: OpenAI.Responses.ResponseInputItem = {
  role: 'user',
  content: 'What is the weather in Rome?',
};

const WEATHER: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: WEATHER_PARAMETERS,
  strict: false,
};

const TOOLS: OpenAI.Responses.Tool[] = [
  WEATHER,
  {
    type: 'function',
    name: 'get_time',
    description: 'Time of day',
    parameters: { type: 'object', properties: {} },
    strict: false,
  },
];

const WEATHER_CALL: OpenAI.Responses.ResponseInputItem = {
  type: 'function_call',
  call_id: 'call_1',
  name: 'get_weather',
  arguments: '{"city":"Rome"}',
};

const CALLS: OpenAI.Responses.ResponseInputItem[] = [
  WEATHER_CALL,
  { type: 'function_call', call_id: 'call_2', name: 'get_time', arguments: '{}' },
];

const OUTPUTS: OpenAI.Responses.ResponseInputItem[] = [
  { type: 'function_call_output', call_id: 'call_1', output: '{"sky":"clear"}' },
  { type: 'function_call_output', call_id: 'call_2', output: 'noon' },
];

const REASONING: OpenAI.Responses.ResponseReasoningItem = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  encrypted_content: 'ZW5jcnlwdGVk',
};

describe('the openai SDK, responses', () => {
  itSendsWhatTheSdkSends<OpenAI.Responses.ResponseCreateParams>({
    kind: 'openai-responses',
    headers: ['authorization', 'content-type'],
    send: (origin, call) =>
      new OpenAI({ apiKey: API_KEY, baseURL: `${origin}/v1`, maxRetries: 0 }).responses.create(
        call,
      ),
    calls: {
      plain: response({}),
      'plain-not-streamed': {
        model: MODELS['openai-responses'],
        input: [QUESTION],
        store: false,
        include: ['reasoning.encrypted_content'],
        stream: false,
      },
      'system-and-turns': response({
        instructions: 'Answer in one line.',
        input: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi! How can I help?' },
          QUESTION,
        ],
      }),
      'image-data': response({ input: [picture(`data:image/png;base64,${PIXEL}`)] }),
      'image-url': response({ input: [picture(IMAGE_URL)] }),
      'tools-auto': response({ tools: TOOLS, tool_choice: 'auto' }),
      'tools-none': response({ tools: TOOLS, tool_choice: 'none' }),
      'tool-strict': response({ tools: [{ ...WEATHER, strict: true }] }),
      'tool-forced': response({
        tools: TOOLS,
        tool_choice: { type: 'function', name: 'get_weather' },
      }),
      'tool-required': response({ tools: TOOLS, tool_choice: 'required' }),
      'tools-one-at-a-time': response({ tools: TOOLS, parallel_tool_calls: false }),
      'tool-results': response({ input: [QUESTION, ...CALLS, ...OUTPUTS], tools: TOOLS }),
      'tool-result-image': response({
        input: [
          QUESTION,
          WEATHER_CALL,
          {
            type: 'function_call_output',
            call_id: 'call_1',
            output: [
              { type: 'input_text', text: 'The sky now' },
              {
                type: 'input_image',
                image_url: `data:image/png;base64,${PIXEL}`,
                detail: 'auto',
              },
            ],
          },
        ],
        tools: [WEATHER],
      }),
      json: response({ text: { format: { type: 'json_object' } } }),
      'json-schema': response({
        text: { format: { type: 'json_schema', name: 'city', schema: CITY_SCHEMA } },
      }),
      'json-schema-strict': response({
        text: { format: { type: 'json_schema', name: 'city', schema: CITY_SCHEMA, strict: true } },
      }),
      'max-tokens': response({ max_output_tokens: 200 }),
      temperature: response({ temperature: 0.3 }),
      'top-p': response({ top_p: 0.9 }),
      'temperature-and-top-p': response({ temperature: 0.3, top_p: 0.9 }),
      'reasoning-effort': response({ reasoning: { effort: 'medium' } }),
      'reasoning-off': response({ reasoning: { effort: 'none' } }),
      'reasoning-returned': response({
        input: [QUESTION, REASONING, ...CALLS, ...OUTPUTS],
        tools: TOOLS,
        reasoning: { effort: 'medium' },
      }),
    },
  });
});

function response(
  fields: Partial<OpenAI.Responses.ResponseCreateParamsStreaming>,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model: MODELS['openai-responses'],
    input: [QUESTION],
    store: false,
    include: ['reasoning.encrypted_content'],
    stream: true,
    stream_options: { include_obfuscation: false },
    ...fields,
  };
}

function picture(url: string): OpenAI.Responses.ResponseInputItem {
  return {
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: url, detail: 'auto' },
    ],
  };
}
