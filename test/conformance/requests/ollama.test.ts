import { type ChatRequest, type Message, Ollama, type Tool } from 'ollama';
import { describe } from 'vitest';
import { isRecord } from '../../../shared/adapters/providers/http/json.ts';
import { API_KEY, MODELS } from './adapter-request.ts';
import { itSendsWhatTheSdkSends } from './sdk.contract.ts';
import { CITY_SCHEMA, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

const QUESTION: Message = { role: 'user', content: 'What is the weather in Rome?' };

const WEATHER: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: WEATHER_PARAMETERS,
  },
};

const TOOLS: Tool[] = [
  WEATHER,
  {
    type: 'function',
    function: {
      name: 'get_time',
      description: 'Time of day',
      parameters: { type: 'object', properties: {} },
    },
  },
];

const WEATHER_CALL = { function: { name: 'get_weather', arguments: { city: 'Rome' } } };

const TOOL_TURNS: Message[] = [
  QUESTION,
  {
    role: 'assistant',
    content: '',
    tool_calls: [WEATHER_CALL, { function: { name: 'get_time', arguments: {} } }],
  },
  { role: 'tool', tool_name: 'get_weather', content: '{"sky":"clear"}' },
  { role: 'tool', tool_name: 'get_time', content: 'noon' },
];

describe('the ollama SDK', () => {
  itSendsWhatTheSdkSends<ChatRequest>({
    kind: 'ollama',
    headers: ['authorization', 'content-type'],
    send: (origin, call) => {
      const ollama = new Ollama({ host: origin, headers: { authorization: `Bearer ${API_KEY}` } });
      return call.stream === true
        ? ollama.chat({ ...call, stream: true })
        : ollama.chat({ ...call, stream: false });
    },
    withoutExtras: withoutCallIds,
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
      'image-data': chat({
        messages: [{ role: 'user', content: 'What is this?', images: [PIXEL] }],
      }),
      'tools-auto': chat({ tools: TOOLS }),
      // No choice exists: a request without tools is what there is.
      'tools-none': chat({}),
      'tool-results': chat({ messages: TOOL_TURNS, tools: TOOLS }),
      'tool-result-image': chat({
        messages: [
          QUESTION,
          { role: 'assistant', content: '', tool_calls: [WEATHER_CALL] },
          { role: 'tool', tool_name: 'get_weather', content: 'The sky now', images: [PIXEL] },
        ],
        tools: [WEATHER],
      }),
      json: chat({ format: 'json' }),
      'json-schema': chat({ format: CITY_SCHEMA }),
      'json-schema-strict': chat({ format: CITY_SCHEMA }),
      stop: chat({ options: { stop: ['END', '\n# '] } }),
      'max-tokens': chat({ options: { num_predict: 200 } }),
      temperature: chat({ options: { temperature: 0.3 } }),
      'top-p': chat({ options: { top_p: 0.9 } }),
      'temperature-and-top-p': chat({ options: { temperature: 0.3, top_p: 0.9 } }),
      seed: chat({ options: { seed: 42 } }),
      'reasoning-effort': chat({ think: 'medium' }),
      'reasoning-off': chat({ think: false }),
      // Nothing is given back: the reasoning of the conversation is another provider's.
      'reasoning-returned': chat({ messages: TOOL_TURNS, tools: TOOLS, think: 'medium' }),
    },
  });
});

function chat(fields: Partial<ChatRequest>): ChatRequest {
  return { model: MODELS.ollama, messages: [QUESTION], stream: true, options: {}, ...fields };
}

/**
 * The server reads the ids of calls and results (`ToolCall.ID` and `Message.ToolCallID` in its api/types.go), which tell
 * two calls of one tool apart; the SDK's types have no field for them.
 */
function withoutCallIds(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutCallIds);
  if (!isRecord(body)) return body;
  const fields = Object.entries(body).filter(([name]) => name !== 'id' && name !== 'tool_call_id');
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutCallIds(field)]));
}
