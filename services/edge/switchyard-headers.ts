import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'x-switchyard-';

/** The `x-switchyard-<name>` headers of a request, without the prefix; intake judges names and values. */
export function readOptions(headers: IncomingHttpHeaders): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(PREFIX) && value !== undefined) {
      options[name.slice(PREFIX.length)] = String(value);
    }
  }
  return options;
}
