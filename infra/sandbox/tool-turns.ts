/** The tool calls that a message makes and the ones that it brings results of, by id. */
export interface ToolTurn {
  readonly calls: readonly string[];
  readonly results: readonly string[];
}

export type BrokenTurn =
  /** The message at `index` follows calls that got no result. */
  | { readonly kind: 'unanswered'; readonly ids: readonly string[]; readonly index: number }
  /** The message at `index` brings the result of a call that is not open. */
  | { readonly kind: 'orphan'; readonly ids: readonly string[]; readonly index: number };

/** The rule of all providers with call ids: each call is answered right after the message that made it, and once. */
export function findBrokenTurn(turns: readonly ToolTurn[]): BrokenTurn | undefined {
  const open = new Set<string>();
  for (const [index, { calls, results }] of turns.entries()) {
    const orphan = results.find((id) => !open.delete(id));
    if (orphan !== undefined) return { kind: 'orphan', ids: [orphan], index };
    if (open.size > 0 && results.length === 0) return { kind: 'unanswered', ids: [...open], index };
    for (const id of calls) open.add(id);
  }
  return open.size === 0 ? undefined : { kind: 'unanswered', ids: [...open], index: turns.length };
}
