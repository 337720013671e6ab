import OpenAI from 'openai';
import { describe } from 'vitest';
import { API_KEY, MODELS } from './adapter-request.ts';
import { itSendsWhatTheSdkSends } from './sdk.contract.ts';
import { CITY_SCHEMA, IMAGE_URL, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

type Chat = OpenAI.Chat.Completions.ChatCompletionCreateParams;

const QUESTION: OpenAI.Chat.Completions.ChatCompletionMessageParam = {
  role: 'user',
  content: 'What is the weather in Rome?',
};

const WEATHER: OpenAI.FunctionDefinition = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: WEATHER_PARAMETERS,
};

const TOOLS: OpenAI.Chat.Completions.ChatCompletionTool[] = [
  { type: 'function', function: WEATHER },
  { type: 'function', function: { name: 'get_time', description: 'Time of day' } },
];

const WEATHER_CALL: OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall = {
  id: 'call_1',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
};

const TOOL_TURNS: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
  QUESTION,
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      WEATHER_CALL,
      { id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear"}' },
  { role: 'tool', tool_call_id: 'call_2', content: 'noon' },
];

describe('the openai SDK, chat completions', () => {
  itSendsWhatTheSdkSends<Chat>({
    kind: 'openai',
    headers: ['authorization', 'content-type'],
    send: (origin, call) =>
      new OpenAI({
        apiKey: API_KEY,
        baseURL: `${origin}/v1`,
        maxRetries: 0,
      }).chat.completions.create(call),
    calls: {
      plain: chat({}),
      'plain-not-streamed': { model: MODELS.openai, messages: [QUESTION], stream: false },
      'system-and-turns': chat({
        messages: [
          { role: 'system', content: 'Answer in one line.' },
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi! How can I help?' },
          QUESTION,
        ],
      }),
      'image-data': chat({ messages: [picture(`data:image/png;base64,${PIXEL}`)] }),
      'image-url': chat({ messages: [picture(IMAGE_URL)] }),
      'tools-auto': chat({ tools: TOOLS, tool_choice: 'auto' }),
      'tools-none': chat({ tools: TOOLS, tool_choice: 'none' }),
      'tool-strict': chat({
        tools: [{ type: 'function', function: { ...WEATHER, strict: true } }],
      }),
      'tool-forced': chat({
        tools: TOOLS,
        tool_choice: { type: 'function', function: { name: 'get_weather' } },
      }),
      'tool-required': chat({ tools: TOOLS, tool_choice: 'required' }),
      'tools-one-at-a-time': chat({ tools: TOOLS, parallel_tool_calls: false }),
      'tool-results': chat({ messages: TOOL_TURNS, tools: TOOLS }),
      // Results of tools are text only: the image follows as what the user shows.
      'tool-result-image': chat({
        messages: [
          QUESTION,
          { role: 'assistant', content: null, tool_calls: [WEATHER_CALL] },
          { role: 'tool', tool_call_id: 'call_1', content: 'The sky now' },
          { role: 'user', content: [imagePart(`data:image/png;base64,${PIXEL}`)] },
        ],
        tools: [{ type: 'function', function: WEATHER }],
      }),
      json: chat({ response_format: { type: 'json_object' } }),
      'json-schema': chat({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', schema: CITY_SCHEMA },
        },
      }),
      'json-schema-strict': chat({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', schema: CITY_SCHEMA, strict: true },
        },
      }),
      stop: chat({ stop: ['END', '\n# '] }),
      'max-tokens': chat({ max_completion_tokens: 200 }),
      temperature: chat({ temperature: 0.3 }),
      'top-p': chat({ top_p: 0.9 }),
      'temperature-and-top-p': chat({ temperature: 0.3, top_p: 0.9 }),
      seed: chat({ seed: 42 }),
      'reasoning-effort': chat({ reasoning_effort: 'medium' }),
      'reasoning-off': chat({ reasoning_effort: 'none' }),
      // Chat completions take no reasoning back.
      'reasoning-returned': chat({
        messages: TOOL_TURNS,
        tools: TOOLS,
        reasoning_effort: 'medium',
      }),
    },
  });
});

function chat(
  fields: Partial<OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming>,
): OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming {
  return {
    model: MODELS.openai,
    messages: [QUESTION],
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
    ...fields,
  };
}

function picture(url: string): OpenAI.Chat.Completions.ChatCompletionMessageParam {
  return {
    role: 'user',
    content: [{ type: 'text', text: 'What is this?' }, imagePart(url)],
  };
}

function imagePart(url: string): OpenAI.Chat.Completions.ChatCompletionContentPart {
  return { type: 'image_url', image_url: { url } };
}
