import {
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';
import { postJson, TOOL_PARAMETERS, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const question = { role: 'user', parts: [{ text: TOOL_PROMPT }] };
const functionDeclarations = ['get_weather', 'get_time'].map((name) => ({
  name,
  parametersJsonSchema: TOOL_PARAMETERS,
}));

const GEMINI_PATH = '/gemini/v1beta/models';
const VERTEX_PATH = '/vertex/v1/projects/sandbox/locations/global/publishers/google/models';

describe('thinking in the Gemini format', () => {
  let sandbox: Sandbox;
  let client: GoogleGenAI;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new GoogleGenAI({
      apiKey: 'none',
      httpOptions: { baseUrl: `${sandbox.url}/gemini` },
    });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>, path = `${GEMINI_PATH}/gemini-3.8-flash`) {
    return postJson(`${sandbox.url}${path}:generateContent`, {
      contents: [question],
      tools: [{ functionDeclarations }],
      ...body,
    });
  }

  it('comes as thoughts and is signed at the end of the text, as the stock SDK reads it', async () => {
    const request: GenerateContentParameters = {
      model: 'gemini-3.8-flash',
      contents: 'Why do leaves turn red?',
      config: { thinkingConfig: { includeThoughts: true } },
    };

    const parts: Part[] = [];
    for await (const chunk of await client.models.generateContentStream(request))
      parts.push(...partsOf(chunk));
    const whole = await client.models.generateContent(request);

    const [thought, text] = partsOf(whole);
    expect(thought).toMatchObject({ thought: true });
    expect(joinTexts(parts.filter((part) => part.thought === true))).toBe(thought?.text);
    expect(joinTexts(parts.filter((part) => part.thought !== true))).toBe(text?.text);
    expect(parts.at(-1)?.thoughtSignature).toBe(text?.thoughtSignature);
    expect(text?.thoughtSignature).toMatch(/^\S{64}$/);
    expect(whole.usageMetadata?.thoughtsTokenCount).toBe(16);
  });

  it.each([
    ['a signature that fits', (signature: string) => signature, 200],
    ['none', () => undefined, 400],
    ['another one', () => 'c2lnbmF0dXJl', 400],
    ["Google's word for foreign calls", () => 'skip_thought_signature_validator', 200],
  ])(
    'wants the first call of the turn back with its signature: %s',
    async (_what, toSignature, status) => {
      const reply = await client.models.generateContent({
        model: 'gemini-3.8-flash',
        contents: TOOL_PROMPT,
        config: { tools: [{ functionDeclarations }] },
      });
      const [first, second] = partsOf(reply);
      const signature = toSignature(first?.thoughtSignature ?? '');
      const results = [first, second].map((part) => ({
        functionResponse: { name: part?.functionCall?.name, response: { value: 4 } },
      }));

      const response = await post({
        contents: [
          question,
          { role: 'model', parts: [{ ...first, thoughtSignature: signature }, second] },
          { role: 'user', parts: results },
        ],
      });

      expect(second).not.toHaveProperty('thoughtSignature');
      expect(response.status).toBe(status);
    },
  );

  it('is not asked for by the models before the third', async () => {
    const call = { functionCall: { name: 'get_weather', args: {} } };
    const result = { functionResponse: { name: 'get_weather', response: {} } };
    const contents = [
      question,
      { role: 'model', parts: [call] },
      { role: 'user', parts: [result] },
    ];

    const older = await post({ contents }, `${GEMINI_PATH}/gemini-2.5-flash`);
    const newer = await post({ contents });

    expect([older.status, newer.status]).toEqual([200, 400]);
    expect(await newer.text()).toContain('missing a thought_signature');
  });

  it('is the same at Vertex, which tells the kind of traffic and wants roles', async () => {
    const path = `${VERTEX_PATH}/gemini-3.1-pro-preview`;

    const reply = await post({}, path);
    const refused = await post({ contents: [{ parts: [{ text: 'Hi' }] }] }, path);

    expect(await reply.json()).toMatchObject({
      usageMetadata: { trafficType: 'ON_DEMAND' },
      candidates: [{ content: { parts: [{ functionCall: { name: 'get_weather' } }, {}] } }],
    });
    expect(refused.status).toBe(400);
  });

  it.each([
    ['a field that nobody knows', { stream: true }],
    ['an unknown field of a part', { contents: [{ parts: [{ text: 'Hi', type: 'text' }] }] }],
    [
      'a part with two fields',
      { contents: [{ parts: [{ text: 'Hi', functionCall: { name: 'f' } }] }] },
    ],
    [
      'an image that is no base64',
      { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'data:' } }] }] },
    ],
    [
      'a budget and a level',
      { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } } },
    ],
    [
      'calls without results',
      {
        contents: [question, { role: 'model', parts: [{ functionCall: { name: 'f' } }] }, question],
      },
    ],
  ])('is asked for in vain with %s', async (_what, body) => {
    const response = await post(body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
  });
});

function partsOf({ candidates = [] }: GenerateContentResponse): Part[] {
  return candidates[0]?.content?.parts ?? [];
}

function joinTexts(parts: readonly Part[]): string {
  return parts.map((part) => part.text ?? '').join('');
}
