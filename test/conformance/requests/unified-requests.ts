import { type JobRequest, jobRequestSchema } from '../../../shared/contracts/http/job-request.ts';

/** A PNG of one pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const IMAGE_URL = 'https://example.com/cat.jpg';

export const WEATHER_PARAMETERS = {
  type: 'object' as const,
  properties: { city: { type: 'string', description: 'Name of the city' } },
  required: ['city'],
  additionalProperties: false,
};

export const CITY_SCHEMA = {
  type: 'object' as const,
  properties: { name: { type: 'string' }, population: { type: 'integer' } },
  required: ['name', 'population'],
  additionalProperties: false,
};

const WEATHER = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: WEATHER_PARAMETERS,
};
const TIME = { name: 'get_time', description: 'Time of day' };
const TOOLS = [WEATHER, TIME];

const QUESTION = { role: 'user', content: 'What is the weather in Rome?' } as const;

const WEATHER_CALL = { id: 'call_1', name: 'get_weather', arguments: '{"city":"Rome"}' };

/** A turn in which two tools were called at once, and what they gave. */
const CALLS = [WEATHER_CALL, { id: 'call_2', name: 'get_time', arguments: '' }];
const RESULTS = [
  { role: 'tool', toolCallId: 'call_1', content: '{"sky":"clear"}' },
  { role: 'tool', toolCallId: 'call_2', content: 'noon' },
] as const;

/** The same requests for every kind of provider. Each is about one thing that providers write in their own way. */
const CASES = {
  plain: { messages: [QUESTION] },
  'plain-not-streamed': { messages: [QUESTION], stream: false },
  'system-and-turns': {
    messages: [
      { role: 'system', content: 'Answer in one line.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi! How can I help?' },
      QUESTION,
    ],
  },
  'image-data': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: `data:image/png;base64,${PIXEL}` },
        ],
      },
    ],
  },
  'image-url': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: IMAGE_URL },
        ],
      },
    ],
  },
  'tools-auto': { messages: [QUESTION], tools: TOOLS, toolChoice: 'auto' },
  'tools-none': { messages: [QUESTION], tools: TOOLS, toolChoice: 'none' },
  'tool-strict': { messages: [QUESTION], tools: [{ ...WEATHER, strict: true }] },
  'tool-forced': { messages: [QUESTION], tools: TOOLS, toolChoice: { name: 'get_weather' } },
  'tool-required': { messages: [QUESTION], tools: TOOLS, toolChoice: 'required' },
  'tools-one-at-a-time': { messages: [QUESTION], tools: TOOLS, parallelToolCalls: false },
  'tool-results': {
    messages: [QUESTION, { role: 'assistant', toolCalls: CALLS }, ...RESULTS],
    tools: TOOLS,
  },
  'tool-result-image': {
    messages: [
      QUESTION,
      { role: 'assistant', toolCalls: [WEATHER_CALL] },
      {
        role: 'tool',
        toolCallId: WEATHER_CALL.id,
        content: [
          { type: 'text', text: 'The sky now' },
          { type: 'image', url: `data:image/png;base64,${PIXEL}` },
        ],
      },
    ],
    tools: [WEATHER],
  },
  json: { messages: [QUESTION], responseFormat: { type: 'json' } },
  'json-schema': {
    messages: [QUESTION],
    responseFormat: { type: 'json_schema', name: 'city', schema: CITY_SCHEMA },
  },
  'json-schema-strict': {
    messages: [QUESTION],
    responseFormat: { type: 'json_schema', name: 'city', schema: CITY_SCHEMA, strict: true },
  },
  stop: { messages: [QUESTION], stop: ['END', '\n# '] },
  'max-tokens': { messages: [QUESTION], maxTokens: 200 },
  temperature: { messages: [QUESTION], temperature: 0.3 },
  'top-p': { messages: [QUESTION], topP: 0.9 },
  'temperature-and-top-p': { messages: [QUESTION], temperature: 0.3, topP: 0.9 },
  seed: { messages: [QUESTION], seed: 42 },
  'reasoning-effort': { messages: [QUESTION], reasoning: { effort: 'medium' } },
  'reasoning-off': { messages: [QUESTION], reasoning: { effort: 'none' } },
  'reasoning-budget': {
    messages: [QUESTION],
    maxTokens: 4_096,
    reasoning: { budgetTokens: 2_048 },
  },
  'reasoning-returned': {
    messages: [
      QUESTION,
      {
        role: 'assistant',
        toolCalls: CALLS,
        reasoning: 'I should look outside.',
        reasoningDetails: [
          {
            type: 'reasoning.text',
            format: 'anthropic-claude-v1',
            text: 'I should look outside.',
            signature: 'c2lnbmVk',
          },
          {
            type: 'reasoning.encrypted',
            format: 'openai-responses-v1',
            id: 'rs_1',
            data: 'ZW5jcnlwdGVk',
          },
          {
            type: 'reasoning.encrypted',
            format: 'google-gemini-v1',
            id: 'call_1',
            data: 'dGhvdWdodA==',
          },
        ],
      },
      ...RESULTS,
    ],
    tools: TOOLS,
    reasoning: { effort: 'medium' },
  },
} as const;

export type CaseName = keyof typeof CASES;

/** A case as the intake hands it on, parsed by its schema. */
export function unifiedRequest(name: CaseName): JobRequest {
  return jobRequestSchema.parse({ model: 'auto', ...CASES[name] });
}

export const UNIFIED_REQUESTS: readonly { name: CaseName; request: JobRequest }[] = Object.keys(
  CASES,
)
  .filter(isCaseName)
  .map((name) => ({ name, request: unifiedRequest(name) }));

function isCaseName(name: string): name is CaseName {
  return name in CASES;
}
