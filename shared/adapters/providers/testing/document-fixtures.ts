import {
  type AnswerFixture,
  FIXTURE_ARGUMENTS,
  FIXTURE_REASONING,
  FIXTURE_TEXT,
} from './answer-fixtures.ts';

const TEXT = FIXTURE_TEXT.join('');
const REASONING = FIXTURE_REASONING.join('');
const TOOL = 'get_weather';
const ARGUMENTS_TEXT = JSON.stringify(FIXTURE_ARGUMENTS);
const CHAT_CALL = { id: 'call_1', function: { name: TOOL, arguments: ARGUMENTS_TEXT } };
const CHAT_USAGE = { prompt_tokens: 9, completion_tokens: 7 };
const USAGE = { input_tokens: 9, output_tokens: 7 };

/** One whole answer a family, saying what the streamed ones say. */
export const DOCUMENT_FIXTURES: readonly AnswerFixture[] = (
  [
    ['openai', chat({ content: TEXT, reasoning_content: REASONING })],
    ['mistral', chat({ content: mistralParts() })],
    ['openai-responses', response()],
    ['anthropic', message()],
    ['gemini', generated()],
    ['dashscope', dashscope()],
    ['ollama', ollama()],
  ] as const
).map(([kind, document]) => ({
  name: `whole ${kind}`,
  kind,
  framing: 'document',
  frames: [document],
}));

function chat(message: object) {
  const choice = {
    index: 0,
    message: { ...message, tool_calls: [CHAT_CALL] },
    finish_reason: 'tool_calls',
  };
  return { model: 'm', choices: [choice], usage: CHAT_USAGE };
}

function mistralParts(): object[] {
  return [
    { type: 'thinking', thinking: [{ type: 'text', text: REASONING }] },
    { type: 'text', text: TEXT },
  ];
}

function response() {
  return {
    model: 'm',
    status: 'completed',
    output: [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: REASONING }] },
      { type: 'message', content: [{ type: 'output_text', text: TEXT }] },
      { type: 'function_call', call_id: 'call_1', name: TOOL, arguments: ARGUMENTS_TEXT },
    ],
    usage: USAGE,
  };
}

function message() {
  return {
    model: 'm',
    content: [
      { type: 'thinking', thinking: REASONING, signature: 'c2ln' },
      { type: 'text', text: TEXT },
      { type: 'tool_use', id: 'toolu_1', name: TOOL, input: FIXTURE_ARGUMENTS },
    ],
    stop_reason: 'tool_use',
    usage: USAGE,
  };
}

function generated() {
  const parts = [
    { text: REASONING, thought: true },
    { text: TEXT },
    { functionCall: { name: TOOL, args: FIXTURE_ARGUMENTS } },
  ];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 7 },
  };
}

function dashscope() {
  const content = { role: 'assistant', content: TEXT, reasoning_content: REASONING };
  const choice = {
    message: { ...content, tool_calls: [{ ...CHAT_CALL, index: 0 }] },
    finish_reason: 'tool_calls',
  };
  return { output: { choices: [choice] }, usage: USAGE, request_id: 'r' };
}

function ollama() {
  const calls = [{ function: { name: TOOL, arguments: FIXTURE_ARGUMENTS } }];
  return {
    model: 'm',
    message: { role: 'assistant', content: TEXT, thinking: REASONING, tool_calls: calls },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 9,
    eval_count: 7,
  };
}
