import { z } from 'zod';
import { imageOfUrl } from '../image-source.ts';

const inputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({
    type: z.literal('input_image'),
    image_url: z.string().refine((url) => imageOfUrl(url) !== undefined, 'Invalid image URL'),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
]);

const outputPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('output_text'), text: z.string() }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
]);

const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish();

/** A message may leave its type out. */
const messageItem = z.discriminatedUnion('role', [
  z.strictObject({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'system', 'developer']),
    content: z.union([z.string(), z.array(inputPart)]),
    status,
  }),
  z.strictObject({
    type: z.literal('message').optional(),
    id: z.string().startsWith('msg').optional(),
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(outputPart)]),
    status,
    phase: z.string().nullish(),
  }),
]);

const functionCallItem = z.strictObject({
  type: z.literal('function_call'),
  id: z.string().startsWith('fc').optional(),
  call_id: z.string().min(1).max(64),
  name: z.string().min(1),
  arguments: z.string(),
  status,
});

const functionOutputItem = z.strictObject({
  type: z.literal('function_call_output'),
  id: z.string().optional(),
  call_id: z.string().min(1).max(64),
  output: z.union([z.string(), z.array(inputPart)]),
  status,
});

const reasoningItem = z.strictObject({
  type: z.literal('reasoning'),
  id: z.string().startsWith('rs').optional(),
  summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
  content: z
    .array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() }))
    .optional(),
  encrypted_content: z.string().nullish(),
  status,
});

const formatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish(),
    description: z.string().optional(),
  }),
]);

const anything = z.unknown().optional();

/** The body of `POST /responses`; names that it does not know are refused. */
export const bodySchema = z.strictObject({
  model: z.string().min(1).max(256),
  input: z.union([
    z.string(),
    z.array(z.union([functionCallItem, functionOutputItem, reasoningItem, messageItem])),
  ]),
  instructions: z.string().nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  include: z.array(z.string()).nullish(),
  max_output_tokens: z.number().int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullable(),
        strict: z.boolean().nullable(),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({ type: z.literal('function'), name: z.string() }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .strictObject({ format: formatSchema.optional(), verbosity: z.string().nullish() })
    .optional(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  metadata: anything,
  user: anything,
  safety_identifier: anything,
  service_tier: anything,
  prompt_cache_key: anything,
  prompt_cache_options: anything,
  prompt_cache_retention: anything,
  truncation: anything,
  max_tool_calls: anything,
  top_logprobs: anything,
  background: z.literal(false).nullish(),
  previous_response_id: z.null().optional(),
  prompt: anything,
  conversation: z.null().optional(),
});

export type ResponsesBody = z.infer<typeof bodySchema>;
export type InputItem = Exclude<ResponsesBody['input'], string>[number];
