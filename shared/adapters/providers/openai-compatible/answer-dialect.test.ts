import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../testing/recording-sink.ts';
import { type AnswerDialect, CHAT_ANSWERS } from './answer-dialect.ts';
import { readReply } from './reply.ts';
import { ChatStream } from './stream.ts';

const ANSWERS: AnswerDialect = {
  ...CHAT_ANSWERS,
  failedFinishes: new Map([['out_of_resources', 'overloaded']]),
};
const USAGE = { prompt_tokens: 3, completion_tokens: 1 };
const FAILED = {
  kind: 'failed',
  failure: { class: 'overloaded', retryable: true },
  usage: { inputTokens: 3, outputTokens: 1 },
};

describe('a finish reason that stands for a failure', () => {
  it('fails a stream, with its usage', () => {
    const stream = new ChatStream(new RecordingSink(), ANSWERS);

    stream.push(
      JSON.stringify({ choices: [{ delta: {}, finish_reason: 'out_of_resources' }], usage: USAGE }),
    );
    stream.push('[DONE]');

    expect(stream.outcome).toMatchObject(FAILED);
  });

  it('fails a whole reply, with its usage', () => {
    const body = {
      choices: [{ message: { content: 'Hi' }, finish_reason: 'out_of_resources' }],
      usage: USAGE,
    };

    expect(readReply(body, new RecordingSink(), ANSWERS)).toMatchObject(FAILED);
  });

  it('is unknown to other servers, whose answer completes as an error', () => {
    const body = { choices: [{ message: {}, finish_reason: 'out_of_resources' }] };

    const outcome = readReply(body, new RecordingSink());

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'error' });
  });
});
