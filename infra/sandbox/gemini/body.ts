import { z } from 'zod';
import { isBase64 } from '../image-source.ts';

const anything = z.unknown().optional();

/** The real API reads its bodies as messages of a closed schema: an unknown name anywhere is refused. */
const partSchema = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: z
    .strictObject({
      mimeType: z.string().regex(/^\w+\/[\w.+-]+$/),
      data: z.string().refine(isBase64, 'Base64 decoding failed'),
      displayName: anything,
    })
    .optional(),
  fileData: z
    .strictObject({
      mimeType: z.string().optional(),
      fileUri: z.string().regex(/^(https?|gs):\/\//, 'Invalid file URI'),
    })
    .optional(),
  functionCall: z
    .strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      args: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  functionResponse: z
    .strictObject({
      id: z.string().optional(),
      name: z.string().min(1),
      response: z.record(z.string(), z.unknown()),
      willContinue: anything,
      scheduling: anything,
      parts: anything,
    })
    .optional(),
  videoMetadata: anything,
  mediaResolution: anything,
  executableCode: anything,
  codeExecutionResult: anything,
});

const contentSchema = z.strictObject({
  role: z.enum(['user', 'model']).optional(),
  parts: z.array(partSchema).min(1, 'must not be empty'),
});

const thinkingConfigSchema = z.strictObject({
  includeThoughts: z.boolean().optional(),
  thinkingBudget: z.number().int().min(-1).optional(),
  thinkingLevel: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['minimal', 'low', 'medium', 'high']))
    .optional(),
});

const generationConfigSchema = z.strictObject({
  candidateCount: anything,
  maxOutputTokens: z.number().int().positive().optional(),
  stopSequences: z.array(z.string()).max(5).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: anything,
  seed: z.number().int().optional(),
  responseMimeType: z.enum(['text/plain', 'application/json', 'text/x.enum']).optional(),
  responseSchema: anything,
  responseJsonSchema: anything,
  thinkingConfig: thinkingConfigSchema.optional(),
  presencePenalty: anything,
  frequencyPenalty: anything,
  responseLogprobs: anything,
  logprobs: anything,
  responseModalities: anything,
  speechConfig: anything,
  imageConfig: anything,
  mediaResolution: anything,
});

const declarationSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/),
  description: z.string().optional(),
  behavior: anything,
  parameters: anything,
  parametersJsonSchema: anything,
  response: anything,
  responseJsonSchema: anything,
});

/** The body of `generateContent` and `streamGenerateContent`. */
export const bodySchema = z.strictObject({
  contents: z.array(contentSchema).min(1, 'is not specified'),
  systemInstruction: z
    .strictObject({ role: z.string().optional(), parts: z.array(partSchema).min(1) })
    .optional(),
  generationConfig: generationConfigSchema.optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(declarationSchema).optional(),
        googleSearch: anything,
        codeExecution: anything,
        urlContext: anything,
      }),
    )
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z
        .strictObject({
          mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
          streamFunctionCallArguments: anything,
        })
        .optional(),
      retrievalConfig: anything,
    })
    .optional(),
  safetySettings: anything,
  cachedContent: anything,
  serviceTier: anything,
  labels: anything,
});

export type GeminiBody = z.infer<typeof bodySchema>;
export type GeminiContent = GeminiBody['contents'][number];
export type GeminiPart = GeminiContent['parts'][number];
