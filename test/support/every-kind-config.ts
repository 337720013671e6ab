import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveProviders } from '../../infra/config/resolve-providers.ts';
import { configSchema, type ProviderKind } from '../../shared/contracts/config/config.ts';

/** What one kind of provider does for a client, as far as it differs from the others. */
export interface KindCase {
  readonly kind: ProviderKind;
  /** The model's name at the provider. */
  readonly model: string;
  readonly takesImages: boolean;
  /** Whether the format shows the reasoning, or only counts it. */
  readonly showsReasoning: boolean;
  /** Whether the usage tells reasoning apart. */
  readonly countsReasoning: boolean;
  /** Whether a tool conversation with reasoning has to bring the reasoning back. */
  readonly wantsReasoningBack: boolean;
  readonly takesStops: boolean;
  /** Whether a call of any of several tools can be forced. */
  readonly forcesCalls: boolean;
  /** Whether reasoning can be bounded in tokens. */
  readonly takesBudgets: boolean;
  /** Whether a tool conversation cannot go on with reasoning when the client left out the earlier one. */
  readonly refusesForgotten: boolean;
  /** Whether an answer is held to a JSON schema. */
  readonly holdsSchemas: boolean;
}

const USUAL = {
  takesImages: true,
  showsReasoning: true,
  countsReasoning: true,
  wantsReasoningBack: false,
  takesStops: true,
  forcesCalls: true,
  takesBudgets: false,
  refusesForgotten: false,
  holdsSchemas: true,
} as const;

const BUDGETED = { ...USUAL, takesBudgets: true } as const;

/** One provider of each kind, but two models of DashScope: text and images have a path each. */
export const KIND_CASES: readonly KindCase[] = [
  { ...USUAL, kind: 'openai', model: 'gpt-6-luna', showsReasoning: false },
  {
    ...USUAL,
    kind: 'openai-responses',
    model: 'gpt-6.1-terra',
    takesStops: false,
    showsReasoning: false,
    wantsReasoningBack: true,
  },
  { ...BUDGETED, kind: 'anthropic', model: 'claude-haiku-5-5', wantsReasoningBack: true },
  { ...BUDGETED, kind: 'gemini', model: 'gemini-3.8-flash', wantsReasoningBack: true },
  { ...BUDGETED, kind: 'vertex', model: 'gemini-3.1-pro-preview', wantsReasoningBack: true },
  {
    ...USUAL,
    kind: 'deepseek',
    model: 'deepseek-flash',
    refusesForgotten: true,
    takesImages: false,
    wantsReasoningBack: true,
    holdsSchemas: false,
  },
  { ...BUDGETED, kind: 'qwen', model: 'qwen3.5-plus', forcesCalls: false },
  { ...BUDGETED, kind: 'dashscope', model: 'qwen-plus', takesImages: false, forcesCalls: false },
  { ...BUDGETED, kind: 'dashscope', model: 'qwen3.6-plus', forcesCalls: false },
  { ...USUAL, kind: 'mistral', model: 'mistral-small-2603', countsReasoning: false },
  { ...USUAL, kind: 'openai-compatible', model: 'qwen3-32b', countsReasoning: false },
  { ...USUAL, kind: 'ollama', model: 'qwen3:14b', countsReasoning: false, forcesCalls: false },
];

/** The name that a request uses. */
export function modelOf({ kind, model }: KindCase): string {
  return `${kind}/${model}`;
}

export interface EveryKindConfig {
  readonly path: string;
  remove(): Promise<void>;
}

/** A configuration with a provider of every kind, each at its own side of the sandbox. */
export async function writeEveryKindConfig(sandboxUrl: string): Promise<EveryKindConfig> {
  const kinds = new Set(KIND_CASES.map(({ kind }) => kind));
  const document = configSchema.parse({
    providers: Array.from(kinds, (kind) => ({
      id: kind,
      kind,
      baseUrl: 'http://127.0.0.1:9',
      apiKeyEnv: 'KEY_THAT_IS_NOT_SET',
    })),
    deployments: KIND_CASES.map((each) => ({
      id: modelOf(each),
      provider: each.kind,
      model: each.model,
      maxOutputTokens: 8_000,
      capabilities: ['stream', 'tools', 'json', 'reasoning', each.takesImages ? 'images' : 'tools'],
      prices: [{ from: '2026-01-01', input: 1, output: 1 }],
    })),
  });
  const resolved = resolveProviders(document, {}, sandboxUrl);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-kinds-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(resolved.document));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
