import { createParser } from 'eventsource-parser';

const PATIENCE_MS = 5_000;

/** Posts a body as JSON. */
export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** The data of a stream of events, in order. */
export function eventData(stream: string): string[] {
  const found: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  parser.feed(stream);
  return found;
}

/** Two tools that the prompt below speaks of. */
export const TOOL_PROMPT = 'The weather and the time in Oslo?';

export const TOOL_PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
} as const;

export const CHAT_TOOLS = ['get_weather', 'get_time'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: TOOL_PARAMETERS },
}));
