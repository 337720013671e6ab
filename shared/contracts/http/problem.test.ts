import { describe, expect, it } from 'vitest';
import { jobRequestSchema } from './job-request.ts';
import { PROBLEMS, problem, problemFromZod, problemSchema } from './problem.ts';

const codes = Object.keys(PROBLEMS).filter((key): key is keyof typeof PROBLEMS => key in PROBLEMS);

describe('problem', () => {
  it.each(codes)('makes of %s a document with its status that the schema reads back', (code) => {
    const made = problem(code);

    expect(problemSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect(made).toEqual({ type: `urn:switchyard:problem:${code}`, code, ...PROBLEMS[code] });
    expect(made.status).toBeGreaterThanOrEqual(400);
    expect(made.status).toBeLessThan(600);
  });

  it('carries the detail, the job and the wait where they are given', () => {
    const made = problem('unavailable', 'later', { jobId: 'j1', retryAfterMs: 5 });

    expect(made).toMatchObject({ detail: 'later', jobId: 'j1', retryAfterMs: 5 });
  });
});

describe('problemFromZod', () => {
  const SECRET = 'S3CRET';

  it.each([
    ['a wrong type', { model: 'auto', messages: SECRET }],
    ['a wrong role', { model: 'auto', messages: [{ role: SECRET, content: 'x' }] }],
    ['a refused pattern', { model: `${SECRET} ${SECRET}`, messages: [] }],
    ['a wrong choice', withRouting({ budget: SECRET })],
    ['a number as text', withRouting({ maxCostUsd: SECRET })],
    ['a wrong value in a record', { ...withRouting({}), metadata: { key: { deep: SECRET } } }],
  ])('names the field of %s and never its value', (_what, body) => {
    const parsed = jobRequestSchema.safeParse(body);

    const detail = parsed.error === undefined ? '' : problemFromZod(parsed.error).detail;

    expect(detail).toMatch(/^(model|messages|routing|metadata)/);
    expect(detail).not.toContain(SECRET);
  });

  it('stops after five: a request of a thousand faults has a short answer', () => {
    const messages = Array.from({ length: 1_000 }, () => ({ role: 'user' }));
    const parsed = jobRequestSchema.safeParse({ model: 'auto', messages });

    const detail = parsed.error === undefined ? '' : problemFromZod(parsed.error).detail;

    expect(detail?.split('; ')).toHaveLength(5);
  });
});

function withRouting(routing: object) {
  return { model: 'auto', messages: [{ role: 'user', content: 'x' }], routing };
}
