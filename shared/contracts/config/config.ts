import { z } from 'zod';
import { SAFE_ID } from '../../core/ids.ts';
import { admissionSchema, budgetSchema, tenantSchema } from './budgets.ts';
import { priceSchema } from './prices.ts';

/** The configuration document (DESIGN section 4). Unknown keys are refused; defaults stand beside each field. */
export const PROVIDER_KINDS = [
  'openai',
  'openai-responses',
  'anthropic',
  'gemini',
  'vertex',
  'deepseek',
  'qwen',
  'dashscope',
  'mistral',
  'openai-compatible',
  'ollama',
] as const;

export const CAPABILITIES = ['stream', 'tools', 'json', 'images', 'reasoning', 'prefill'] as const;

const id = z.string().regex(SAFE_ID);
const modelName = z.string().regex(/^[A-Za-z0-9_.:/@-]{1,128}$/);
const date = z.iso.date();

const limitsSchema = z.strictObject({
  /** Starts a minute over the whole fleet. */
  requestsPerMinute: z.number().int().positive().optional(),
  tokensPerMinute: z.number().int().positive().optional(),
  /** Calls at once over the whole fleet. Absent: what the worker processes can carry. */
  concurrency: z.number().int().positive().max(5_000).optional(),
});

const breakerSchema = z.strictObject({
  consecutiveFailures: z.number().int().positive().default(5),
  failureRatio: z.number().min(0).max(1).default(0.5),
  openMs: z.number().int().positive().default(5_000),
});

const timeoutsSchema = z.strictObject({
  connectMs: z.number().int().positive().default(2_000),
  /** To the first payload of a streamed answer; keep-alives do not count. */
  ttftMs: z.number().int().positive().default(20_000),
  /** Between payloads. */
  idleMs: z.number().int().positive().default(15_000),
  totalMs: z.number().int().positive().max(3_600_000).default(600_000),
});

const policySchema = z.strictObject({
  trainsOnData: z.boolean().optional(),
  retentionDays: z.number().nonnegative().optional(),
  regions: z.array(z.string()).optional(),
  onPrem: z.boolean().optional(),
  evidence: z.string().optional(),
  reviewedAt: date.optional(),
});

export const providerSchema = z.strictObject({
  id,
  kind: z.enum(PROVIDER_KINDS),
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Name of the environment variable that holds the key. Absent: the provider needs none. */
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .optional(),
  apiVersion: z.string().optional(),
  limits: limitsSchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  timeouts: timeoutsSchema.prefault({}),
  policy: policySchema.prefault({}),
});

export const deploymentSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_.:/@-]{1,128}$/),
  provider: id,
  model: modelName,
  contextWindow: z.number().int().positive().default(128_000),
  maxOutputTokens: z.number().int().positive().optional(),
  /** Default: all that most chat servers can do. */
  capabilities: z
    .array(z.enum(CAPABILITIES))
    .default(['stream', 'tools', 'json', 'images', 'reasoning']),
  /** 0 to 1; higher is better. */
  quality: z.record(z.string(), z.number().min(0).max(1)).default({}),
  prices: z.array(priceSchema).default([]),
});

const groupSchema = z.strictObject({
  name: modelName,
  deployments: z.array(z.string()).min(1),
  /** The tiers that may use the group. Absent: all. */
  budget: z.array(z.enum(['cheap', 'balanced', 'premium'])).optional(),
});

const aliasSchema = z.strictObject({
  name: modelName,
  apiVersion: z.string().optional(),
  targets: z
    .array(
      z.union([
        z.strictObject({ group: z.string(), weight: z.number().positive().default(1) }),
        z.strictObject({ deployment: z.string(), weight: z.number().positive().default(1) }),
      ]),
    )
    .min(1),
  deprecatedAt: date.optional(),
  sunsetAt: date.optional(),
});

const routingSchema = z.strictObject({
  /**
   * What stands in for a price that no table gives: `refuse` drops the deployment, otherwise these dear rates (USD a
   * million tokens) are reserved and booked, marked as a cap.
   */
  unknownPrice: z
    .union([
      z.literal('refuse'),
      z.strictObject({ input: z.number().positive(), output: z.number().positive() }),
    ])
    .default({ input: 15, output: 75 }),
  /** Attempts a job may have when it does not say. */
  maxAttempts: z.number().int().min(1).max(10).default(3),
  /** Most a tier may pay for a million tokens, input and output averaged 3:1. Absent: no bound. */
  tierCapUsd: z
    .strictObject({
      cheap: z.number().positive().optional(),
      balanced: z.number().positive().optional(),
    })
    .default({}),
});

const retentionSchema = z.strictObject({
  /** How long a log entry is kept. Longer than the longest deadline, or the fence would forget. */
  logHours: z.number().min(25).max(720).default(48),
  logMaxBytes: z.number().int().positive().default(8_589_934_592),
  resultHours: z.number().min(1).max(720).default(24),
  resultMaxBytes: z.number().int().positive().default(2_147_483_648),
  /** How long a finished job can be asked for. */
  jobHours: z.number().min(1).max(720).default(24),
  ledgerDays: z.number().int().min(1).max(3_650).default(400),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  providers: z.array(providerSchema).min(1).max(1_000),
  deployments: z.array(deploymentSchema).min(1).max(10_000),
  groups: z.array(groupSchema).default([]),
  aliases: z.array(aliasSchema).default([]),
  routing: routingSchema.prefault({}),
  budgets: z.array(budgetSchema).max(1_000).default([]),
  admission: admissionSchema.prefault({}),
  tenants: z.array(tenantSchema).max(100_000).default([]),
  retention: retentionSchema.prefault({}),
});

export type ConfigDocument = z.infer<typeof configSchema>;
export type ProviderConfig = z.infer<typeof providerSchema>;
export type DeploymentConfig = z.infer<typeof deploymentSchema>;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];
export type Capability = (typeof CAPABILITIES)[number];
export type BudgetTier = 'cheap' | 'balanced' | 'premium';
