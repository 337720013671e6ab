import type { ServerResponse } from 'node:http';
import { composeAnswer } from './answer.ts';
import type { CallRecord, SandboxCall } from './calls.ts';
import { parseDirective } from './directive.ts';
import { DEFAULT_DRIP_MS, DEFAULT_FAULT_AT, type Fault, type FaultChooser } from './faults.ts';
import { resolvePace } from './pace.ts';
import { promptHash } from './random.ts';
import type { SandboxSettings } from './settings.ts';
import { drip, writeStream } from './stream-writer.ts';
import {
  type Frames,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from './wire.ts';

/** Only this much of a prompt is searched for words to answer with. */
const MAX_READ_CHARACTERS = 20_000;

/** A reset overtakes what the client has not read yet, so the client gets this long to read it. */
const RESET_PAUSE_MS = 10;

export interface CallContext {
  readonly format: WireFormat;
  readonly request: SandboxRequest;
  readonly response: ServerResponse;
  readonly settings: SandboxSettings;
  readonly calls: CallRecord;
  readonly faults: FaultChooser;
}

/** Answers one parsed request at its pace, or goes wrong in the way that was asked for, and records how it ended. */
export function serveCall(context: CallContext): void {
  const { format, request, response, settings, calls } = context;
  const directive = parseDirective(request.prompt);
  if (!directive.ok) {
    sendError(response, format, { status: 400, message: directive.error });
    return;
  }
  const hash = promptHash(request.prompt);
  const rules = [...directive.value.faults, ...(settings.faults ?? [])];
  const fault = context.faults.choose(rules, {
    provider: format.provider,
    model: request.model,
    promptHash: hash,
  });
  const pace = resolvePace(request.model, [
    directive.value.pace,
    settings.models?.[request.model],
    settings.pace,
  ]);
  const number = calls.nextNumber();
  const call = calls.begin({
    provider: format.provider,
    model: request.model,
    promptHash: hash,
    tag: directive.value.tag,
    stream: request.stream,
    images: request.images.map(promptHash),
    reasoningReturned: request.reasoningReturned,
    fault: fault?.fault,
    number,
  });
  response.once('close', () => calls.end(call, 'client-closed'));

  const text = directive.value.text ?? settings.text ?? 'prose';
  const answer = composeAnswer({
    request,
    prompt: directive.value.rest.slice(0, MAX_READ_CHARACTERS),
    seed: hash,
    pace,
    text,
    callNumber: number,
  });
  const label = { id: call.id, createdAt: call.startedAt };
  const frames = format.frames(request, answer, label);
  // A whole answer takes as long as its deltas would; a fault comes where the first of them would.
  const restMs = request.stream || fault !== undefined ? 0 : pace.gapMs * frames.deltas.length;
  const work: Work = {
    ...context,
    call,
    fault,
    gapMs: pace.gapMs,
    frames,
    whole: () => format.whole(request, answer, label),
  };

  if (fault?.fault === 'black-hole') return;
  const timer = setTimeout(
    () => (request.stream ? answerStreamed(work) : answerWhole(work)),
    pace.ttftMs + restMs,
  );
  response.once('close', () => clearTimeout(timer));
}

interface Work extends CallContext {
  readonly call: SandboxCall;
  readonly fault: Fault | undefined;
  readonly gapMs: number;
  readonly frames: Frames;
  readonly whole: () => string;
}

function answerStreamed(work: Work): void {
  const { response, fault, frames } = work;
  if (answeredWithoutStream(work)) return;
  response.writeHead(200, {
    'content-type': work.format.streamType ?? 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();

  if (fault?.fault === 'slow-drip') {
    work.calls.deltas(work.call, frames.deltas.length);
    drip(response, frames.opening + frames.deltas.join('') + frames.closing, {
      gapMs: fault.dripMs ?? DEFAULT_DRIP_MS,
      onComplete: () => work.calls.end(work.call, 'complete'),
    });
    return;
  }
  const at = Math.min(fault?.at ?? DEFAULT_FAULT_AT, frames.deltas.length);
  writeStream(response, {
    frames: fault?.fault === 'garbage' ? withBrokenDelta(frames, at) : frames,
    gapMs: work.gapMs,
    stopAt: fault === undefined || fault.fault === 'garbage' ? undefined : at,
    onStop: () => stop(work),
    onDeltas: (count) => work.calls.deltas(work.call, count),
    onComplete: () => work.calls.end(work.call, 'complete'),
  });
}

function answerWhole(work: Work): void {
  const { response, fault } = work;
  if (answeredWithoutStream(work)) return;
  const body = Buffer.from(work.whole());
  const sent = fault === undefined ? body : body.subarray(0, Math.floor(body.length / 2));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  };

  if (fault?.fault === 'garbage') {
    response.writeHead(200, { ...headers, 'content-length': sent.length });
    response.end(sent, () => work.calls.end(work.call, 'fault'));
    return;
  }
  response.writeHead(200, headers);
  if (fault === undefined) {
    work.calls.deltas(work.call, 1);
    response.end(body, () => work.calls.end(work.call, 'complete'));
  } else if (fault.fault === 'slow-drip') {
    drip(response, body.toString(), {
      gapMs: fault.dripMs ?? DEFAULT_DRIP_MS,
      onComplete: () => work.calls.end(work.call, 'complete'),
    });
  } else {
    // `end`, `reset` and `stall`: the others have been answered, or left without an answer, before this.
    response.write(sent);
    stop(work);
  }
}

/** Faults that answer at once with a body of their own. True: done. */
function answeredWithoutStream(work: Work): boolean {
  const { response, fault, format, calls, call } = work;
  const status = errorStatus(work);
  if (status === undefined && fault?.fault !== 'html') return false;
  response.once('finish', () => calls.end(call, 'fault'));
  if (status === undefined) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<!doctype html><title>Sandbox</title><p>Not the API you are looking for.</p>');
  } else {
    const message = sandboxErrorMessage(status);
    const code = fault?.fault === 'overloaded' ? format.overloadedCode : undefined;
    sendError(response, format, { status, message, code, retryAfter: fault?.retryAfter });
  }
  return true;
}

/** The status of a fault that is an error reply; `overloaded` with a place comes inside a stream instead. */
function errorStatus({ fault, request, format }: Work): number | undefined {
  if (fault?.fault === 'status') return fault.status ?? 500;
  const isReply = fault?.fault === 'overloaded' && (fault.at === undefined || !request.stream);
  return isReply ? format.overloadedStatus : undefined;
}

/** The break itself, after the deltas before it were written. */
function stop(work: Work): void {
  const { response, calls, call, format } = work;
  const kind = work.fault?.fault;
  if (kind === 'reset') {
    const timer = setTimeout(() => {
      calls.end(call, 'fault');
      response.socket?.resetAndDestroy();
    }, RESET_PAUSE_MS);
    response.once('close', () => clearTimeout(timer));
  } else if (kind === 'end') {
    calls.end(call, 'fault');
    // A whole answer was promised a length that never comes, so only closing the socket ends it.
    if (response.hasHeader('content-length')) response.socket?.end();
    else response.end();
  } else if (kind === 'overloaded') {
    response.end(format.overloadedEvent, () => calls.end(call, 'fault'));
  }
  // A stall does nothing more: it is over when the client gives up.
}

function withBrokenDelta(frames: Frames, at: number): Frames {
  const index = Math.min(at, frames.deltas.length - 1);
  const deltas = frames.deltas.map((delta, position) =>
    position === index ? delta.replace(/\}+(\s*)$/, '"$1') : delta,
  );
  return { ...frames, deltas };
}

export function sendError(response: ServerResponse, format: WireFormat, error: WireError): void {
  const reply = format.error(error);
  response.writeHead(error.status, {
    'content-type': 'application/json; charset=utf-8',
    ...reply.headers,
  });
  response.end(reply.body);
}
