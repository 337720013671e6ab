import { describe, expect, it } from 'vitest';
import { composeAnswer } from './answer.ts';
import type { SandboxRequest } from './wire.ts';

const request: SandboxRequest = {
  model: 'm',
  stream: true,
  includeUsage: false,
  prompt: '',
  inputTokens: 1,
  tools: [],
  toolChoice: 'auto',
  parallelToolCalls: true,
  hasToolResults: false,
  json: undefined,
  maxTokens: undefined,
  stop: [],
  reasoning: 'none',
  images: [],
  reasoningReturned: 0,
};

function answer(changes: Partial<SandboxRequest>) {
  return composeAnswer({
    request: { ...request, ...changes },
    prompt: 'Why do leaves turn red?',
    seed: '00000000',
    pace: { ttftMs: 0, gapMs: 0, deltas: 5, words: 1 },
    text: 'oracle',
    callNumber: 1,
  });
}

describe('an answer', () => {
  it('is the same with what was thought before it and without', () => {
    const { reasoning, ...thought } = answer({ reasoning: 'shown' });
    const { reasoning: none, ...plain } = answer({});

    expect(thought).toEqual(plain);
    expect(none).toBeUndefined();
    expect(reasoning?.pieces.join('')).toMatch(/^\[sandbox\] .*leaves/);
    expect(reasoning?.tokens).toBe(16);
  });

  it('ends before the first of the texts that stop it, also across two pieces', () => {
    const stopped = answer({ stop: ['1.5', '3 m.1.4'] });

    expect(stopped).toMatchObject({
      pieces: ['m.1.1 ', 'm.1.2 ', 'm.1.'],
      finish: 'stop',
      stopText: '3 m.1.4',
      outputTokens: 3,
    });
  });

  it('goes on where none of the texts stands in it', () => {
    expect(answer({ stop: ['END'] })).toMatchObject({ stopText: undefined, outputTokens: 5 });
  });
});
