import {
  type Content,
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  GoogleGenAI,
  type GoogleGenAIOptions,
  type Part,
  ThinkingLevel,
  type Tool,
} from '@google/genai';
import { describe } from 'vitest';
import { API_KEY, MODELS, VERTEX_PROJECT } from './adapter-request.ts';
import { itSendsWhatTheSdkSends, type OfficialSdk } from './sdk.contract.ts';
import { CITY_SCHEMA, IMAGE_URL, PIXEL, WEATHER_PARAMETERS } from './unified-requests.ts';

/** What differs between the cases; the model and the streaming method are the same for all others. */
interface Call {
  readonly contents?: Content[];
  readonly config?: GenerateContentConfig;
  readonly stream?: boolean;
}

const QUESTION: Content = { role: 'user', parts: [{ text: 'What is the weather in Rome?' }] };

const WEATHER = {
  name: 'get_weather',
  description: 'Weather of a city',
  parametersJsonSchema: WEATHER_PARAMETERS,
};

const TOOLS: Tool[] = [
  { functionDeclarations: [WEATHER, { name: 'get_time', description: 'Time of day' }] },
];

const RESULTS: Content = {
  role: 'user',
  parts: [
    { functionResponse: { name: 'get_weather', response: { sky: 'clear' } } },
    { functionResponse: { name: 'get_time', response: { result: 'noon' } } },
  ],
};

const CITY = { responseMimeType: 'application/json', responseJsonSchema: CITY_SCHEMA };

/** What both addresses of Google take alike. */
const CALLS = {
  plain: {},
  'plain-not-streamed': { stream: false },
  'system-and-turns': {
    config: { systemInstruction: { parts: [{ text: 'Answer in one line.' }] } },
    contents: [
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ text: 'Hi! How can I help?' }] },
      QUESTION,
    ],
  },
  'image-data': {
    contents: [picture({ inlineData: { mimeType: 'image/png', data: PIXEL } })],
  },
  'image-url': {
    contents: [picture({ fileData: { mimeType: 'image/jpeg', fileUri: IMAGE_URL } })],
  },
  'tools-auto': withTools({ mode: FunctionCallingConfigMode.AUTO }),
  'tools-none': withTools({ mode: FunctionCallingConfigMode.NONE }),
  'tool-strict': {
    config: {
      tools: [{ functionDeclarations: [WEATHER] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.VALIDATED } },
    },
  },
  'tool-forced': withTools({
    mode: FunctionCallingConfigMode.ANY,
    allowedFunctionNames: ['get_weather'],
  }),
  'tool-required': withTools({ mode: FunctionCallingConfigMode.ANY }),
  json: { config: { responseMimeType: 'application/json' } },
  'json-schema': { config: CITY },
  'json-schema-strict': { config: CITY },
  stop: { config: { stopSequences: ['END', '\n# '] } },
  'max-tokens': { config: { maxOutputTokens: 200 } },
  temperature: { config: { temperature: 0.3 } },
  'top-p': { config: { topP: 0.9 } },
  'temperature-and-top-p': { config: { temperature: 0.3, topP: 0.9 } },
  seed: { config: { seed: 42 } },
  'reasoning-budget': {
    config: {
      maxOutputTokens: 4_096,
      thinkingConfig: { includeThoughts: true, thinkingBudget: 2_048 },
    },
  },
} satisfies OfficialSdk<Call>['calls'];

describe('the @google/genai SDK, Gemini', () => {
  const medium = { thinkingConfig: { includeThoughts: true, thinkingBudget: 8_192 } };
  itSendsWhatTheSdkSends<Call>({
    kind: 'gemini',
    headers: ['x-goog-api-key', 'content-type'],
    send: (origin, call) =>
      send(
        // The SDK's own default is v1, which is behind in what it takes.
        { apiKey: API_KEY, apiVersion: 'v1beta', httpOptions: { baseUrl: origin } },
        MODELS.gemini,
        call,
      ),
    calls: {
      ...CALLS,
      'tool-results': toolResults({}, {}),
      'tool-result-image': toolResultImage({}),
      'reasoning-effort': { config: medium },
      'reasoning-off': {
        config: { thinkingConfig: { includeThoughts: false, thinkingBudget: 0 } },
      },
      'reasoning-returned': toolResults({ thoughtSignature: 'dGhvdWdodA==' }, {}, medium),
    },
  });
});

describe('the @google/genai SDK, Vertex', () => {
  const medium = {
    thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.MEDIUM },
  };
  // Gemini 3 refuses repeated calls without their signatures; this word is for those that have none.
  const foreign = { thoughtSignature: 'skip_thought_signature_validator' };
  itSendsWhatTheSdkSends<Call>({
    kind: 'vertex',
    headers: ['authorization', 'content-type'],
    send: (origin, call) =>
      send(
        {
          vertexai: true,
          ...VERTEX_PROJECT,
          apiVersion: 'v1',
          // In place of Google's own way to a token, which needs its servers; the two below keep it from looking for them.
          googleAuthOptions: { apiKey: 'unused', projectId: VERTEX_PROJECT.project },
          httpOptions: { baseUrl: origin, headers: { Authorization: `Bearer ${API_KEY}` } },
        },
        MODELS.vertex,
        call,
      ),
    calls: {
      ...CALLS,
      'tool-results': toolResults(foreign, foreign),
      'tool-result-image': toolResultImage(foreign),
      'reasoning-effort': { config: medium },
      'reasoning-off': {
        config: {
          thinkingConfig: { includeThoughts: false, thinkingLevel: ThinkingLevel.MINIMAL },
        },
      },
      'reasoning-returned': toolResults({ thoughtSignature: 'dGhvdWdodA==' }, {}, medium),
    },
  });
});

async function send(options: GoogleGenAIOptions, model: string, call: Call): Promise<unknown> {
  const { models } = new GoogleGenAI(options);
  const { contents = [QUESTION], config = {}, stream = true } = call;
  return stream
    ? models.generateContentStream({ model, contents, config })
    : models.generateContent({ model, contents, config });
}

function withTools(functionCallingConfig: {
  mode: FunctionCallingConfigMode;
  allowedFunctionNames?: string[];
}): Call {
  return { config: { tools: TOOLS, toolConfig: { functionCallingConfig } } };
}

/** The turn of two calls, each with what signs it. */
function toolResults(first: Part, second: Part, config: GenerateContentConfig = {}): Call {
  const calls: Content = {
    role: 'model',
    parts: [
      { functionCall: { name: 'get_weather', args: { city: 'Rome' } }, ...first },
      { functionCall: { name: 'get_time', args: {} }, ...second },
    ],
  };
  return { contents: [QUESTION, calls, RESULTS], config: { tools: TOOLS, ...config } };
}

/** The image stands beside the result, which is an object. */
function toolResultImage(signature: Part): Call {
  const functionCall = { name: 'get_weather', args: { city: 'Rome' } };
  return {
    contents: [
      QUESTION,
      { role: 'model', parts: [{ functionCall, ...signature }] },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'get_weather', response: { result: 'The sky now' } } },
          { inlineData: { mimeType: 'image/png', data: PIXEL } },
        ],
      },
    ],
    config: { tools: [{ functionDeclarations: [WEATHER] }] },
  };
}

function picture(image: Part): Content {
  return { role: 'user', parts: [{ text: 'What is this?' }, image] };
}
