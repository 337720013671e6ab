/** Stands in every body: no answer may repeat it. */
export const SECRET = 'hunter2-do-not-echo';

const USER = `{"role":"user","content":"${SECRET}"}`;
/** Right but for what is put around it. */
export const GOOD = `{"model":"auto","messages":[${USER}]}`;

/** A request and the only right answer to it. */
export interface BadRequest {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
}

function withField(field: string): string {
  return `{"model":"auto","messages":[${USER}],${field}}`;
}

function withContent(content: string): string {
  return `{"model":"auto","messages":[{"role":"user","content":${content}}]}`;
}

const deep = '['.repeat(100_000) + ']'.repeat(100_000);
const INVALID = { status: 422, code: 'invalid_request' } as const;

/** Refused alike by both doors. */
const BOTH: Readonly<Record<string, BadRequest>> = {
  'a body cut off (P01)': { body: '{"model":"x"', status: 400, code: 'invalid_json' },
  'an empty body': { body: '', status: 400, code: 'invalid_json' },
  'null (P03)': { body: 'null', ...INVALID },
  'a list (P03)': { body: '[]', ...INVALID },
  'a string (P03)': { body: `"${SECRET}"`, ...INVALID },
  'a number (P03)': { body: '42', ...INVALID },
  'true (P03)': { body: 'true', ...INVALID },
  'nesting of 100,000 (P05)': { body: withField(`"tools":${deep}`), status: 422, code: 'too_deep' },
  'a key twice (P09)': {
    body: withField(`"temperature":0,"temperature":"${SECRET}"`),
    status: 400,
    code: 'duplicate_key',
  },
  'a key twice, once escaped (P09)': {
    body: withField('"seed":1,"\\u0073eed":2'),
    status: 400,
    code: 'duplicate_key',
  },
  '__proto__ as a key': { body: withField('"__proto__":{"isAdmin":true}'), ...INVALID },
  'invalid UTF-8': {
    body: Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    status: 400,
    code: 'invalid_json',
  },
  'UTF-16 (P13)': { body: Buffer.from(GOOD, 'utf16le'), status: 400, code: 'invalid_json' },
  'charset=utf-16 (P13)': {
    body: GOOD,
    headers: { 'content-type': 'application/json; charset=utf-16' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'something after the value (P15)': { body: `${GOOD}{}`, status: 400, code: 'invalid_json' },
  'text/plain (P17)': {
    body: GOOD,
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'application/json garbage (P17)': {
    body: GOOD,
    headers: { 'content-type': 'application/json garbage' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'a form (P21)': {
    body: `__proto__[x]=${SECRET}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'gzip (S04)': {
    body: GOOD,
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'unsupported_media_type',
  },
  'messages as an object (P19)': { body: `{"model":"auto","messages":${USER}}`, ...INVALID },
  'stream as a word (P19)': { body: withField(`"stream":"${SECRET}"`), ...INVALID },
  'a list of models (P19)': { body: `{"model":["auto"],"messages":[${USER}]}`, ...INVALID },
  'content as an object (P19)': { body: withContent(`{"toString":"${SECRET}"}`), ...INVALID },
  'a role as a number (P19)': {
    body: '{"model":"auto","messages":[{"role":7,"content":"x"}]}',
    ...INVALID,
  },
  'no messages': { body: '{"model":"auto","messages":[]}', ...INVALID },
  'no model': { body: `{"messages":[${USER}]}`, ...INVALID },
  'a temperature of -5 (N06)': { body: withField('"temperature":-5'), ...INVALID },
  'a temperature of 1e308 (N06)': { body: withField('"temperature":1e308'), ...INVALID },
  'an idempotency key with a blank': {
    body: GOOD,
    headers: { 'idempotency-key': `${SECRET} x` },
    status: 400,
    code: 'invalid_idempotency_key',
  },
  'an idempotency key of 300 characters': {
    body: GOOD,
    headers: { 'idempotency-key': 'k'.repeat(300) },
    status: 400,
    code: 'invalid_idempotency_key',
  },
  'no key': { body: GOOD, headers: { authorization: '' }, status: 401, code: 'unauthorized' },
  'a key of another form': {
    body: GOOD,
    headers: { authorization: `Basic ${SECRET}` },
    status: 401,
    code: 'unauthorized',
  },
  'a key with a wrong checksum': {
    body: GOOD,
    headers: { authorization: `Bearer sy_live_${'a'.repeat(36)}` },
    status: 401,
    code: 'unauthorized',
  },
  'a model name with control characters': {
    body: `{"model":"${SECRET}\\u0000","messages":[${USER}]}`,
    ...INVALID,
  },
  'an unknown model': {
    body: `{"model":"${SECRET}","messages":[${USER}]}`,
    status: 404,
    code: 'unknown_model',
  },
};

/** What the job API refuses. */
export const BAD_JOBS: Readonly<Record<string, BadRequest>> = {
  ...BOTH,
  'an unknown field': { body: withField('"isAdmin":true'), ...INVALID },
  'constructor as a field (P07)': {
    body: withField('"constructor":{"prototype":{"isAdmin":true}}'),
    ...INVALID,
  },
  'maxTokens of 1e12 (N02)': { body: withField('"maxTokens":1000000000000'), ...INVALID },
  'maxTokens as text (N04)': { body: withField(`"maxTokens":"${SECRET}"`), ...INVALID },
  'topP of 2 (N06)': { body: withField('"topP":2'), ...INVALID },
  'a deadline of -1 (N08)': { body: withField('"delivery":{"deadlineMs":-1}'), ...INVALID },
  'a deadline that overflows a timer (N08)': {
    body: withField('"delivery":{"deadlineMs":2147483648}'),
    ...INVALID,
  },
  'a cost that the client names (N10)': { body: withField('"costNanoUsd":0'), ...INVALID },
  'a priority of its own (N10)': { body: withField('"delivery":{"priority":999999}'), ...INVALID },
  'metadata of 100,000 keys (S10)': {
    body: withField(
      `"metadata":{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":"v"`).join(',')}}`,
    ),
    ...INVALID,
  },
};

/** What the OpenAI endpoint refuses. */
export const BAD_CHATS: Readonly<Record<string, BadRequest>> = {
  ...BOTH,
  'an unknown parameter': {
    body: withField('"isAdmin":true'),
    status: 400,
    code: 'unsupported_parameter',
  },
  'n of 2': { body: withField('"n":2'), ...INVALID },
  'max_tokens of 1e12 (N02)': { body: withField('"max_tokens":1000000000000'), ...INVALID },
  'max_tokens as text (N04)': { body: withField(`"max_tokens":"${SECRET}"`), ...INVALID },
  'top_p of 2 (N06)': { body: withField('"top_p":2'), ...INVALID },
  'an unknown option in a header': {
    body: GOOD,
    headers: { 'x-switchyard-admin': SECRET },
    status: 400,
    code: 'unsupported_parameter',
  },
  'an option that is no number': {
    body: GOOD,
    headers: { 'x-switchyard-max-cost-usd': SECRET },
    ...INVALID,
  },
};
