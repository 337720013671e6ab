import { Mistral } from '@mistralai/mistralai';
import type {
  ChatCompletionStreamRequest,
  FunctionT,
} from '@mistralai/mistralai/models/components';
import { describe } from 'vitest';
import { isRecord } from '../../../shared/adapters/providers/http/json.ts';
import { API_KEY, MODELS } from './adapter-request.ts';
import { itSendsWhatTheSdkSends } from './sdk.contract.ts';
import { CITY_SCHEMA, IMAGE_URL, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

type Messages = ChatCompletionStreamRequest['messages'];

const QUESTION = { role: 'user' as const, content: 'What is the weather in Rome?' };

const WEATHER: FunctionT = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: WEATHER_PARAMETERS,
};

const TOOLS = [
  { type: 'function' as const, function: WEATHER },
  {
    type: 'function' as const,
    function: {
      name: 'get_time',
      description: 'Time of day',
      parameters: { type: 'object', properties: {} },
    },
  },
];

/** Ids have nine letters or digits here. These are what ours become, the same every time. */
const IDS = ['74196fe72', '1b68f83fa'] as const;

const WEATHER_CALL = {
  id: IDS[0],
  type: 'function' as const,
  function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
};

const TOOL_TURNS: Messages = [
  QUESTION,
  {
    role: 'assistant',
    content: null,
    toolCalls: [
      WEATHER_CALL,
      { id: IDS[1], type: 'function', function: { name: 'get_time', arguments: '{}' } },
    ],
  },
  { role: 'tool', toolCallId: IDS[0], content: '{"sky":"clear"}' },
  { role: 'tool', toolCallId: IDS[1], content: 'noon' },
];

describe('the @mistralai/mistralai SDK', () => {
  itSendsWhatTheSdkSends<ChatCompletionStreamRequest>({
    kind: 'mistral',
    headers: ['authorization', 'content-type'],
    send: async (origin, call) => {
      const { chat } = new Mistral({ apiKey: API_KEY, serverURL: origin });
      return call.stream === false ? chat.complete(call) : chat.stream(call);
    },
    withoutDefaults,
    calls: {
      plain: chat({}),
      'plain-not-streamed': chat({ stream: false }),
      'system-and-turns': chat({
        messages: [
          { role: 'system', content: 'Answer in one line.' },
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi! How can I help?' },
          QUESTION,
        ],
      }),
      'image-data': chat({ messages: pictures(`data:image/png;base64,${PIXEL}`) }),
      'image-url': chat({ messages: pictures(IMAGE_URL) }),
      'tools-auto': chat({ tools: TOOLS, toolChoice: 'auto' }),
      'tools-none': chat({ tools: TOOLS, toolChoice: 'none' }),
      'tool-strict': chat({
        tools: [{ type: 'function', function: { ...WEATHER, strict: true } }],
      }),
      'tool-forced': chat({
        tools: TOOLS,
        toolChoice: { type: 'function', function: { name: 'get_weather' } },
      }),
      'tool-required': chat({ tools: TOOLS, toolChoice: 'any' }),
      'tools-one-at-a-time': chat({ tools: TOOLS, parallelToolCalls: false }),
      'tool-results': chat({ messages: TOOL_TURNS, tools: TOOLS }),
      'tool-result-image': chat({
        messages: [
          QUESTION,
          { role: 'assistant', content: null, toolCalls: [WEATHER_CALL] },
          {
            role: 'tool',
            toolCallId: IDS[0],
            content: [
              { type: 'text', text: 'The sky now' },
              { type: 'image_url', imageUrl: { url: `data:image/png;base64,${PIXEL}` } },
            ],
          },
        ],
        tools: [{ type: 'function', function: WEATHER }],
      }),
      json: chat({ responseFormat: { type: 'json_object' } }),
      'json-schema': chat({
        responseFormat: {
          type: 'json_schema',
          jsonSchema: { name: 'city', schemaDefinition: CITY_SCHEMA },
        },
      }),
      'json-schema-strict': chat({
        responseFormat: {
          type: 'json_schema',
          jsonSchema: { name: 'city', schemaDefinition: CITY_SCHEMA, strict: true },
        },
      }),
      stop: chat({ stop: ['END', '\n# '] }),
      'max-tokens': chat({ maxTokens: 200 }),
      temperature: chat({ temperature: 0.3 }),
      'top-p': chat({ topP: 0.9 }),
      'temperature-and-top-p': chat({ temperature: 0.3, topP: 0.9 }),
      seed: chat({ randomSeed: 42 }),
      'reasoning-effort': chat({ reasoningEffort: 'medium' }),
      'reasoning-off': chat({ reasoningEffort: 'none' }),
      // Nothing is given back: the reasoning of the conversation is another provider's.
      'reasoning-returned': chat({
        messages: TOOL_TURNS,
        tools: TOOLS,
        reasoningEffort: 'medium',
      }),
    },
  });
});

function chat(fields: Partial<ChatCompletionStreamRequest>): ChatCompletionStreamRequest {
  return { model: MODELS.mistral, messages: [QUESTION], ...fields };
}

function pictures(url: string): Messages {
  return [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', imageUrl: { url } },
      ],
    },
  ];
}

/**
 * The SDK writes `prefix: false` into every answer and `index: 0` into every call that its user says nothing about. The
 * server reads neither: the first is its own default, and calls of earlier turns are told apart by their ids.
 */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).filter(
    ([name, field]) =>
      !(name === 'prefix' && field === false) && !(name === 'index' && field === 0),
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutDefaults(field)]));
}
