import type { WebSocket } from 'ws';

/** Bytes that may wait for a client; then its readers stop and read the log again later. */
const MAX_BUFFERED_BYTES = 65_536;

/** A client that takes nothing for this long is cut; it resumes with `subscribe` and its last sequence. */
const STALLED_AFTER_MS = 30_000;

const PING_EVERY_MS = 15_000;

/** "Try again later": the code of a cut that the client can resume from. */
export const CLOSE_SLOW = 1013;

/** Sends frames to one client, within a bound, and finds out whether the client is still there. */
export class SocketWriter {
  readonly #socket: WebSocket;
  readonly #onRoom: () => void;
  readonly #ping: NodeJS.Timeout;
  #stalled: NodeJS.Timeout | undefined;
  #missedPongs = 0;

  /** `onRoom` is called when a client that was full has taken what waited. */
  constructor(socket: WebSocket, onRoom: () => void) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    socket.on('pong', () => {
      this.#missedPongs = 0;
    });
    this.#ping = setInterval(() => {
      this.#missedPongs += 1;
      if (this.#missedPongs > 2) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }, PING_EVERY_MS);
  }

  /** False: the client is full. */
  write(frame: string): boolean {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return false;
    socket.send(frame, () => {
      this.#onSent();
    });
    if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
    this.#stalled ??= setTimeout(() => this.#cut(), STALLED_AFTER_MS);
    return false;
  }

  stop(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#stalled);
  }

  #onSent(): void {
    if (this.#stalled === undefined || this.#socket.bufferedAmount > MAX_BUFFERED_BYTES / 2) return;
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.#onRoom();
  }

  /** The close frame cannot get through either, so the connection is ended without waiting for it. */
  #cut(): void {
    this.#socket.close(CLOSE_SLOW, 'slow_consumer');
    this.#socket.terminate();
  }
}
