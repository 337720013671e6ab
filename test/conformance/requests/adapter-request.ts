import { createProvider } from '../../../shared/adapters/providers/registry.ts';
import { RecordingSink } from '../../../shared/adapters/providers/testing/recording-sink.ts';
import { type ProviderKind, providerSchema } from '../../../shared/contracts/config/config.ts';
import type { CapturedRequest, CaptureServer } from './request-capture.ts';
import { type CaseName, unifiedRequest } from './unified-requests.ts';

/** The key that all calls carry. */
export const API_KEY = 'key-1';

/** Where Vertex has the models of a project. */
export const VERTEX_PROJECT = { project: 'project-1', location: 'europe-west4' } as const;

/** A model of each kind. Gemini stands for the models with budgets of thinking, Vertex for those with levels. */
export const MODELS: Readonly<Record<ProviderKind, string>> = {
  openai: 'gpt-6.1-sol',
  'openai-responses': 'gpt-6.1-sol',
  'openai-compatible': 'llama-4',
  anthropic: 'claude-opus-5-5',
  gemini: 'gemini-2.5-flash',
  vertex: 'gemini-3.1-pro-preview',
  mistral: 'mistral-medium-latest',
  deepseek: 'deepseek-v4-pro',
  qwen: 'qwen-plus',
  dashscope: 'qwen-plus',
  ollama: 'qwen3',
};

/** What our adapter of the kind sends for a case. */
export function captureAdapter(
  server: CaptureServer,
  kind: ProviderKind,
  name: CaseName,
): Promise<CapturedRequest> {
  const request = unifiedRequest(name);
  const config = providerSchema.parse({ id: 'test', kind, baseUrl: baseUrl(server, kind) });
  return server.capture(async () => {
    const provider = createProvider({ config, apiKey: API_KEY });
    const call = { requestModel: MODELS[kind], request, stream: request.stream ?? true };
    await provider.call(call, new RecordingSink(), new AbortController().signal);
    await provider.close();
  });
}

function baseUrl({ origin }: CaptureServer, kind: ProviderKind): string {
  const { project, location } = VERTEX_PROJECT;
  return kind === 'vertex' ? `${origin}/v1/projects/${project}/locations/${location}` : origin;
}
