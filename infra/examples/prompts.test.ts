import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobRequestSchema } from '../../shared/contracts/http/job-request.ts';

const KINDS = [
  'chat',
  'code',
  'creative',
  'extraction',
  'math',
  'qa',
  'summarization',
  'tools',
  'translation',
];

const text = readFileSync(new URL('prompts.ndjson', import.meta.url), 'utf8');
const lines = text.split('\n').filter((line) => line !== '');

describe('the example prompts', () => {
  it.each(lines.map((line, index) => [index + 1, line] as const))(
    'line %i is a job request',
    (_number, line) => {
      const parsed = jobRequestSchema.safeParse(JSON.parse(line));

      expect(parsed.error).toBeUndefined();
    },
  );

  it('are enough for a batch, and no two are the same', () => {
    const different = new Set(lines);

    expect(different.size).toBeGreaterThanOrEqual(66);
    expect(different.size).toBe(lines.length);
  });

  it('cover every kind, every budget tier and both aliases', () => {
    const requests = lines.map((line) => jobRequestSchema.parse(JSON.parse(line)));

    expect(distinct(requests.map((request) => request.metadata?.['kind']))).toEqual(KINDS);
    expect(distinct(requests.map((request) => request.routing?.budget))).toEqual([
      'balanced',
      'cheap',
      'premium',
    ]);
    expect(distinct(requests.map((request) => request.model))).toEqual(['auto', 'fast', 'smart']);
  });
});

function distinct(values: readonly (string | undefined)[]): string[] {
  return Array.from(new Set(values.filter((value) => value !== undefined))).sort();
}
