/**
 * What a link does to the bytes of one direction:
 * - `latency`: each byte comes `ms` later.
 * - `black-hole`: nothing comes through and nobody is told; what was sent comes when the link heals, as TCP has it.
 * - `slice`: everything arrives in pieces of `bytes`, each a packet of its own.
 * - `drip`: at most `bytesPerSecond`.
 */
export type LinkFault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'black-hole' }
  | { readonly kind: 'slice'; readonly bytes: number }
  | { readonly kind: 'drip'; readonly bytesPerSecond: number };

/** `up`: from the client to the server behind the proxy. */
export type Direction = 'up' | 'down';
