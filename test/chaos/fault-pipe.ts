import type { Socket } from 'node:net';
import type { Direction, LinkFault } from './link-fault.ts';

/** Bytes that wait in one direction; then the sender is not read any further, and feels it. */
const MAX_WAITING_BYTES = 1_048_576;

/** Pieces of a dripping link leave this often. */
const DRIP_EVERY_MS = 50;

/** Between two slices: long enough that the reader gets each by itself. */
const SLICE_GAP_MS = 1;

export interface PipeControl {
  faultOf(direction: Direction): LinkFault | undefined;
  /** Resolves at the next change of any fault. */
  readonly changed: Promise<void>;
}

export interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
  readonly direction: Direction;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly cameAtMs: number;
}

/** Carries the bytes of one direction, each under the fault that holds when its turn comes. */
export function pipeWithFaults(control: PipeControl, pipe: Pipe): void {
  const { from, to } = pipe;
  const queue: Waiting[] = [];
  let waitingBytes = 0;
  let hasEnded = false;
  let carrying: Promise<void> | undefined;
  const carry = async (): Promise<void> => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      await carryOne(control, pipe, next);
      queue.shift();
      waitingBytes -= next.bytes.length;
      if (waitingBytes < MAX_WAITING_BYTES) from.resume();
    }
    carrying = undefined;
    if (hasEnded) to.end();
  };
  from.on('data', (bytes: Buffer) => {
    queue.push({ bytes, cameAtMs: performance.now() });
    waitingBytes += bytes.length;
    if (waitingBytes >= MAX_WAITING_BYTES) from.pause();
    carrying ??= carry();
  });
  from.once('end', () => {
    hasEnded = true;
    if (carrying === undefined) to.end();
  });
}

async function carryOne(control: PipeControl, pipe: Pipe, waiting: Waiting): Promise<void> {
  const { to, direction } = pipe;
  let rest = waiting.bytes;
  while (rest.length > 0 && !to.destroyed) {
    const fault = control.faultOf(direction);
    switch (fault?.kind) {
      case undefined:
        await write(to, rest);
        return;
      case 'black-hole':
        await changeOrClose(control, to);
        break;
      case 'latency': {
        const waitMs = waiting.cameAtMs + fault.ms - performance.now();
        if (waitMs > 0) await sleepOrChange(control, waitMs);
        else {
          await write(to, rest);
          return;
        }
        break;
      }
      case 'slice':
        await write(to, rest.subarray(0, fault.bytes));
        rest = rest.subarray(fault.bytes);
        await sleepOrChange(control, SLICE_GAP_MS);
        break;
      case 'drip': {
        const size = Math.max(1, Math.round((fault.bytesPerSecond * DRIP_EVERY_MS) / 1_000));
        await write(to, rest.subarray(0, size));
        rest = rest.subarray(size);
        await sleepOrChange(control, DRIP_EVERY_MS);
        break;
      }
    }
  }
}

async function write(to: Socket, bytes: Buffer): Promise<void> {
  if (to.destroyed || to.write(bytes)) return;
  // A socket that breaks never drains.
  await new Promise<void>((resolve) => {
    const done = (): void => {
      to.off('drain', done);
      to.off('close', done);
      resolve();
    };
    to.on('drain', done);
    to.on('close', done);
  });
}

async function changeOrClose(control: PipeControl, to: Socket): Promise<void> {
  let onClose = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    onClose = resolve;
    to.once('close', onClose);
  });
  await Promise.race([control.changed, closed]);
  to.off('close', onClose);
}

async function sleepOrChange(control: PipeControl, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([slept, control.changed]);
  clearTimeout(timer);
}
