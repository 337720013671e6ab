import { describe, expect, it } from 'vitest';
import { FAMILY_APIS } from '../../../test/support/family-apis.ts';
import { PROVIDER_KINDS, type ProviderKind } from '../../contracts/config/config.ts';
import type { CallOutcome } from '../../ports/provider.ts';
import { AnswerReader } from './http/answer-reader.ts';
import { RecordingSink } from './testing/recording-sink.ts';

const CHAT_ERROR = {
  error: { message: 'busy', type: 'server_error', code: 'rate_limit_exceeded' },
};
const GOOGLE_ERROR = { error: { code: 429, message: 'busy', status: 'RESOURCE_EXHAUSTED' } };

/** How each kind says, inside a success, that it has too much to do, and the class that we give it. */
const ERRORS: Readonly<Record<ProviderKind, readonly [object, string]>> = {
  openai: [CHAT_ERROR, 'rate_limit'],
  'openai-compatible': [CHAT_ERROR, 'rate_limit'],
  deepseek: [CHAT_ERROR, 'rate_limit'],
  qwen: [CHAT_ERROR, 'rate_limit'],
  mistral: [{ object: 'error', message: 'busy', type: 'x', code: '1300' }, 'rate_limit'],
  'openai-responses': [CHAT_ERROR, 'rate_limit'],
  anthropic: [
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    'overloaded',
  ],
  gemini: [GOOGLE_ERROR, 'rate_limit'],
  vertex: [GOOGLE_ERROR, 'rate_limit'],
  dashscope: [{ code: 'Throttling.RateQuota', message: 'busy', request_id: 'r' }, 'rate_limit'],
  ollama: [{ error: 'something broke' }, 'server'],
};

/** Success bodies of servers that are not what they were taken for. */
const WRONG_BODIES = [
  ['nothing', ''],
  ['blank lines', '\n\n \r\n'],
  ['a web page', '<!doctype html><html><body>Sign in</body></html>'],
  ['words', 'upstream connect error'],
  ['a number', '7'],
  ['null', 'null'],
  ['a text', '"fine"'],
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['a list of nothing', '[null]'],
  ['an object of something else', '{"status":"ok","choices":[],"candidates":[],"output":{}}'],
] as const;

describe.each(PROVIDER_KINDS)('a success of %s', (kind) => {
  const [error, failureClass] = ERRORS[kind];
  const json = JSON.stringify(error);

  it.each([
    ['a document instead of a stream', true, json],
    ['a document', false, json],
    ['the first frame of a stream', true, frame(kind, json)],
    ['a frame behind a keep-alive', true, keepAlive(kind) + frame(kind, json)],
  ])('that is an error in %s is a failure of its class', (_where, stream, body) => {
    const outcome = read(kind, stream, body);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass } });
  });

  it.each(WRONG_BODIES)('that is %s is a fault of the server', (_what, body) => {
    const outcomes = [read(kind, true, body), read(kind, false, body)];

    const fault = { kind: 'failed', failure: { class: 'server', retryable: true } };
    expect(outcomes).toMatchObject([fault, fault]);
  });
});

function read(kind: ProviderKind, stream: boolean, body: string): CallOutcome {
  const sink = new RecordingSink();
  const reader = new AnswerReader({ api: FAMILY_APIS[kind], sink, stream });
  reader.push(Buffer.from(body));
  const outcome = reader.outcome ?? reader.end();
  expect(sink.answerText).toBe('');
  return outcome;
}

function frame(kind: ProviderKind, json: string): string {
  return kind === 'ollama' ? `${json}\n` : `event: error\ndata: ${json}\n\n`;
}

function keepAlive(kind: ProviderKind): string {
  return kind === 'ollama' ? '\n' : ': keep-alive\n\n';
}
