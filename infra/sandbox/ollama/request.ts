import { z } from 'zod';
import { isBase64 } from '../image-source.ts';
import { estimateInput, type ParseResult, refuse, type SandboxRequest } from '../wire.ts';

const messageSchema = z.looseObject({
  role: z.enum(['system', 'user', 'assistant', 'tool'], 'invalid role'),
  content: z.string().optional(),
  thinking: z.string().optional(),
  images: z.array(z.string().refine(isBase64, 'illegal base64 data')).nullish(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string().optional(),
        function: z.looseObject({
          name: z.string(),
          /** An object here, never text. */
          arguments: z.record(z.string(), z.unknown()),
        }),
      }),
    )
    .nullish(),
  tool_name: z.string().optional(),
  tool_call_id: z.string().optional(),
});

/** As Go reads JSON: unknown names are passed over, wrong types are refused. */
const bodySchema = z.looseObject({
  model: z.string().min(1, 'model is required').max(256),
  messages: z.array(messageSchema),
  stream: z.boolean().optional(),
  tools: z
    .array(
      z.looseObject({
        type: z.string(),
        function: z.looseObject({
          name: z.string(),
          parameters: z.looseObject({ type: z.literal('object') }),
        }),
      }),
    )
    .optional(),
  format: z.union([z.literal('json'), z.literal(''), z.record(z.string(), z.unknown())]).optional(),
  think: z.union([z.boolean(), z.enum(['high', 'medium', 'low'])]).optional(),
  options: z
    .looseObject({
      num_predict: z.number().int().optional(),
      temperature: z.number().optional(),
      top_p: z.number().optional(),
      stop: z.array(z.string()).optional(),
      seed: z.number().int().optional(),
    })
    .optional(),
});

type OllamaBody = z.infer<typeof bodySchema>;

/** Reads a body of `POST /api/chat`. There is no choice of tools here, and no refusal of a conversation's order. */
export function parseOllamaRequest(given: unknown): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error));
  const body = parsed.data;
  const lastUser = body.messages.findLast(({ role }) => role === 'user');
  return {
    ok: true,
    value: {
      model: body.model,
      // A stream unless it is switched off.
      stream: body.stream !== false,
      includeUsage: true,
      prompt: lastUser?.content ?? '',
      inputTokens: estimateInput(
        body.messages.map(({ content }) => content),
        body.tools,
      ),
      tools: (body.tools ?? []).map((tool) => ({
        name: tool.function.name,
        parameters: tool.function.parameters,
      })),
      toolChoice: 'auto',
      parallelToolCalls: true,
      hasToolResults: body.messages.at(-1)?.role === 'tool',
      json: jsonOf(body.format),
      ...optionsOf(body),
      images: body.messages.flatMap(({ images }) => images ?? []),
      reasoningReturned: body.messages.filter(({ thinking }) => thinking !== undefined).length,
    },
  };
}

function optionsOf({ options, think = false }: OllamaBody) {
  // -1 and 0 mean no bound.
  const bound = options?.num_predict ?? -1;
  return {
    maxTokens: bound > 0 ? bound : undefined,
    stop: options?.stop ?? [],
    reasoning: think === false ? ('none' as const) : ('shown' as const),
  };
}

function jsonOf(format: OllamaBody['format']): SandboxRequest['json'] {
  if (format === undefined || format === '') return undefined;
  return { schema: format === 'json' ? undefined : format };
}
