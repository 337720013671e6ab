import type { Failure } from '../../../core/failure.ts';
import { type JsonRecord, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readFailure as readChatFailure } from '../openai-compatible/failure.ts';
import { readErrorObject } from './wire.ts';

/** Codes and types that blame the request; inside a success there is no status that would say so. */
const REQUEST_CODES = /^(invalid_(?!api_key)|image_|unsupported_|empty_image|failed_to_download)/;

/** Reads an error answer, an `error` event or a response that failed. The error objects are those of the chat API. */
export function readFailure(reply: ErrorReply): Failure {
  const error = readErrorObject(reply.body);
  if (error === undefined) return readChatFailure(reply);
  const isBlamed = reply.status < 300 && blamesRequest(error);
  return readChatFailure({
    ...reply,
    body: { error: isBlamed ? { ...error, status: 400 } : error },
  });
}

/** An `error` event without an object of its own has its kind of event as `type`, which says nothing. */
function blamesRequest(error: JsonRecord): boolean {
  const word = readText(error, 'code') ?? readText(error, 'type') ?? '';
  return REQUEST_CODES.test(word) || readText(error, 'type') === 'invalid_request_error';
}
