/** What the signature of a call is made for: its name and arguments, whatever their order. */
export function callContent(call: {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>> | undefined;
}): string {
  return `${call.name} ${JSON.stringify(sorted(call.args ?? {}))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, field]) => [name, sorted(field)]);
}
