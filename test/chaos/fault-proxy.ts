import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { type PipeControl, pipeWithFaults } from './fault-pipe.ts';
import type { Direction, LinkFault } from './link-fault.ts';

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** A TCP proxy on loopback whose links go wrong on command, each direction by itself, while connections are open. */
export class FaultProxy implements PipeControl {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  readonly #faults: Record<Direction, LinkFault | undefined> = { up: undefined, down: undefined };
  #refuses = false;
  #change = Promise.withResolvers<void>();
  #port = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    // Half-open: one direction may end while the other still carries bytes.
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Resolves when the proxy listens; whoever connects to it talks to the loopback port `targetPort`. */
  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = proxy.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a proxy has no port');
    proxy.#port = address.port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get openLinks(): number {
    return this.#links.size;
  }

  /** Changes what one direction does, for open and for new connections; undefined = the link is well. */
  set(direction: Direction, fault: LinkFault | undefined): void {
    this.#faults[direction] = fault;
    this.#announceChange();
  }

  /** New connections are reset at once until `heal`; open ones stay. */
  refuse(): void {
    this.#refuses = true;
  }

  /** Resets every open connection, both ends. Answers how many there were. */
  reset(): number {
    const links = [...this.#links];
    for (const { client, upstream } of links) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    return links.length;
  }

  heal(): void {
    this.#refuses = false;
    this.#faults.up = undefined;
    this.#faults.down = undefined;
    this.#announceChange();
  }

  faultOf(direction: Direction): LinkFault | undefined {
    return this.#faults[direction];
  }

  get changed(): Promise<void> {
    return this.#change.promise;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { client, upstream } of this.#links) {
      client.destroy();
      upstream.destroy();
    }
    this.heal();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.on('error', () => client.destroy());
      client.resetAndDestroy();
      return;
    }
    const upstream = openSocket({
      port: this.#targetPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const link = { client, upstream };
    this.#links.add(link);
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      end.setNoDelay(true);
      // An end that breaks takes the other with it: a reset stays a reset.
      end.once('error', () => other.resetAndDestroy());
      end.once('close', () => {
        this.#links.delete(link);
        other.destroySoon();
      });
    }
    pipeWithFaults(this, { from: client, to: upstream, direction: 'up' });
    pipeWithFaults(this, { from: upstream, to: client, direction: 'down' });
  }

  #announceChange(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }
}
