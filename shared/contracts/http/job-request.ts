import { z } from 'zod';
import { reasoningDetailSchema } from '../reasoning-detail.ts';

/** The body of `POST /v1/jobs` (DESIGN section 4): strict, no coercion, every string and list bounded. */
const MAX_TEXT = 8_000_000;
const MAX_MESSAGES = 2_000;
const MAX_TOOLS = 256;
const MAX_METADATA_ENTRIES = 64;
const MAX_DEADLINE_MS = 86_400_000;

const name = z.string().regex(/^[A-Za-z0-9_.:/-]{1,128}$/);
/** What a deployment may be called by: `<provider>/<model>` at the longest, with the `@` of dated and hosted names. */
const modelName = z.string().regex(/^[A-Za-z0-9_.:/@-]{1,256}$/);
const text = z.string().max(MAX_TEXT);

/** An image by https URL or data URL. The URL goes to the provider as it is; we fetch nothing. */
const imageUrl = z
  .string()
  .max(MAX_TEXT)
  .regex(/^(https:\/\/|data:image\/)/, 'an https or data:image URL');

export const contentPartSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text }),
  z.strictObject({
    type: z.literal('image'),
    url: imageUrl,
    /** How closely the model looks, where its provider offers a choice; elsewhere it changes nothing. */
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
]);

const content = z.union([text, z.array(contentPartSchema).min(1).max(1_000)]);

const requestToolCallSchema = z.strictObject({
  id: z.string().min(1).max(256),
  name,
  arguments: text,
});

export const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content }),
  z.strictObject({ role: z.literal('user'), content }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.optional(),
    toolCalls: z.array(requestToolCallSchema).max(256).optional(),
    /** The answer's own reasoning and its details, as they came: providers that demand them back get them. */
    reasoning: text.optional(),
    reasoningDetails: z.array(reasoningDetailSchema).max(256).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), toolCallId: z.string().min(1).max(256), content }),
]);

const jsonObject = z.record(z.string(), z.unknown());

export const toolSchema = z.strictObject({
  name,
  description: text.optional(),
  /** JSON Schema of the arguments. */
  parameters: jsonObject.optional(),
  strict: z.boolean().optional(),
});

const routingSchema = z.strictObject({
  /** Price class; which deployments it may use is configuration. Default: balanced. */
  budget: z.enum(['cheap', 'balanced', 'premium']).optional(),
  /** Most the job may be expected to cost, USD. */
  maxCostUsd: z.number().positive().max(1_000_000).optional(),
  maxLatencyMs: z.number().int().positive().max(MAX_DEADLINE_MS).optional(),
  minQuality: z.number().min(0).max(1).optional(),
  maxAttempts: z.number().int().min(1).max(10).optional(),
  allow: z.array(modelName).max(256).optional(),
  deny: z.array(modelName).max(256).optional(),
  /** What happens when an answer breaks off after text was shown. Default: restart; `fail` on the OpenAI endpoint. */
  onInterrupt: z.enum(['fail', 'restart']).optional(),
});

const deliverySchema = z.strictObject({
  priority: z.enum(['interactive', 'batch']).optional(),
  /** Time from acceptance until the job expires. Default: 10 minutes interactive, 24 hours batch. */
  deadlineMs: z.number().int().min(100).max(MAX_DEADLINE_MS).optional(),
});

export const jobRequestSchema = z
  .strictObject({
    /** `auto`, an alias, a group, a deployment, or `<provider>/<model>`. */
    model: modelName,
    messages: z.array(messageSchema).min(1).max(MAX_MESSAGES),
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().min(0).max(1).optional(),
    maxTokens: z.number().int().min(1).max(1_000_000).optional(),
    stop: z
      .union([z.string().min(1).max(1_000), z.array(z.string().min(1).max(1_000)).max(16)])
      .optional(),
    seed: z.number().int().optional(),
    tools: z.array(toolSchema).max(MAX_TOOLS).optional(),
    toolChoice: z
      .union([z.enum(['auto', 'none', 'required']), z.strictObject({ name })])
      .optional(),
    parallelToolCalls: z.boolean().optional(),
    responseFormat: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text') }),
        z.strictObject({ type: z.literal('json') }),
        z.strictObject({
          type: z.literal('json_schema'),
          name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
          /** What the answer is for, in words for the model. */
          description: text.optional(),
          schema: jsonObject,
          strict: z.boolean().optional(),
        }),
      ])
      .optional(),
    reasoning: z
      .strictObject({
        effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'max']).optional(),
        budgetTokens: z.number().int().min(0).max(1_000_000).optional(),
      })
      .optional(),
    /** False: nobody reads tokens as they come, so the provider is called without streaming. Default: true. */
    stream: z.boolean().optional(),
    routing: routingSchema.optional(),
    delivery: deliverySchema.optional(),
    metadata: z
      .record(z.string().min(1).max(64), z.string().max(512))
      .refine((entries) => Object.keys(entries).length <= MAX_METADATA_ENTRIES, 'too many entries')
      .optional(),
  })
  .refine(({ tools = [], toolChoice }) => canChoose(tools, toolChoice), {
    path: ['toolChoice'],
    error: 'names or demands a tool that is not among the tools',
  });

/** A choice that no provider could honour is refused here; `auto` and `none` mean something without tools too. */
function canChoose(
  tools: readonly { readonly name: string }[],
  choice: string | { readonly name: string } | undefined,
): boolean {
  if (typeof choice === 'object') return tools.some(({ name: known }) => known === choice.name);
  return choice !== 'required' || tools.length > 0;
}

export type JobRequest = z.infer<typeof jobRequestSchema>;
export type Message = z.infer<typeof messageSchema>;
export type ContentPart = z.infer<typeof contentPartSchema>;
export type Tool = z.infer<typeof toolSchema>;
