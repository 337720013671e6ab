import type { IncomingHttpHeaders } from 'node:http';
import { anthropicFormat } from './anthropic/format.ts';
import { parseAnthropicRequest } from './anthropic/request.ts';
import { compatibleFormat, parseCompatibleRequest } from './chat/compatible.ts';
import { deepseekFormat, parseDeepseekRequest } from './chat/deepseek.ts';
import { mistralFormat, parseMistralRequest } from './chat/mistral.ts';
import { openaiFormat, parseOpenaiRequest } from './chat/openai.ts';
import { parseQwenRequest, qwenFormat } from './chat/qwen.ts';
import { dashscopeFormat } from './dashscope/format.ts';
import { parseDashscopeRequest } from './dashscope/request.ts';
import { geminiFormat, vertexFormat } from './gemini/format.ts';
import { parseGeminiRequest } from './gemini/request.ts';
import { ollamaFormat } from './ollama/format.ts';
import { parseOllamaRequest } from './ollama/request.ts';
import { responsesFormat } from './responses/format.ts';
import { parseResponsesRequest } from './responses/request.ts';
import { type ParseResult, refuse, type WireFormat } from './wire.ts';

/** A request to a provider's path, read. */
export interface RoutedRequest {
  readonly format: WireFormat;
  readonly parsed: ParseResult;
}

export interface RouteTarget {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Reads a `POST` to one of the providers' paths; undefined: no provider has this path. */
export function routeRequest(target: RouteTarget): RoutedRequest | undefined {
  const { url, body } = target;
  const plain = PLAIN_ROUTES.get(url.pathname);
  if (plain !== undefined) return { format: plain.format, parsed: plain.parse(body) };
  for (const route of PATTERN_ROUTES) {
    const match = route.path.exec(url.pathname);
    if (match !== null) return route.read(target, match.slice(1));
  }
  return undefined;
}

interface PlainRoute {
  readonly format: WireFormat;
  parse(body: unknown): ParseResult;
}

const DEEPSEEK: PlainRoute = { format: deepseekFormat, parse: parseDeepseekRequest };

/** Paths that say nothing but whose format it is. */
const PLAIN_ROUTES: ReadonlyMap<string, PlainRoute> = new Map([
  ['/openai/v1/chat/completions', { format: openaiFormat, parse: parseOpenaiRequest }],
  ['/openai/v1/responses', { format: responsesFormat, parse: parseResponsesRequest }],
  ['/compatible/v1/chat/completions', { format: compatibleFormat, parse: parseCompatibleRequest }],
  ['/anthropic/v1/messages', { format: anthropicFormat, parse: parseAnthropicRequest }],
  ['/deepseek/chat/completions', DEEPSEEK],
  ['/deepseek/v1/chat/completions', DEEPSEEK],
  ['/deepseek/beta/chat/completions', DEEPSEEK],
  ['/qwen/compatible-mode/v1/chat/completions', { format: qwenFormat, parse: parseQwenRequest }],
  ['/mistral/v1/chat/completions', { format: mistralFormat, parse: parseMistralRequest }],
  ['/ollama/api/chat', { format: ollamaFormat, parse: parseOllamaRequest }],
]);

interface PatternRoute {
  readonly path: RegExp;
  read(target: RouteTarget, steps: readonly string[]): RoutedRequest;
}

/** Paths that say a part of the request. */
const PATTERN_ROUTES: readonly PatternRoute[] = [
  {
    path: /^\/gemini\/v1(?:beta)?\/models\/([A-Za-z0-9_.@-]{1,256}):(generateContent|streamGenerateContent)$/,
    read: (target, steps) => readGemini(target, steps, geminiFormat),
  },
  {
    path: /^\/vertex\/v1(?:beta1)?\/projects\/[\w-]+\/locations\/[\w-]+\/publishers\/google\/models\/([A-Za-z0-9_.@-]{1,256}):(generateContent|streamGenerateContent)$/,
    read: (target, steps) => readGemini(target, steps, vertexFormat),
  },
  {
    path: /^\/dashscope\/api\/v1\/services\/aigc\/(text|multimodal)-generation\/generation$/,
    read: readDashscope,
  },
];

function readGemini(
  { url, body }: RouteTarget,
  [model = '', action]: readonly string[],
  format: WireFormat,
): RoutedRequest {
  const stream = action === 'streamGenerateContent';
  if (stream && url.searchParams.get('alt') !== 'sse')
    return { format, parsed: refuse('the sandbox streams with alt=sse only') };
  const needsRoles = format.provider === 'vertex';
  return { format, parsed: parseGeminiRequest(body, { model, stream, needsRoles }) };
}

function readDashscope({ headers, body }: RouteTarget, [kind]: readonly string[]): RoutedRequest {
  const stream = headers['x-dashscope-sse'] === 'enable';
  const task = kind === 'text' ? 'text-generation' : 'multimodal-generation';
  return { format: dashscopeFormat, parsed: parseDashscopeRequest(body, { task, stream }) };
}
