import type { ConfigDocument } from './config.ts';
import type { ListPrices } from './prices.ts';

/**
 * Gives the deployments that state no price of their own the list price of their model, where the vendor's own API serves
 * it. Models are matched by their exact name; behind `openai-compatible` and `ollama` anybody may sell anything, so these
 * are never priced from a list.
 */
export function withListPrices(document: ConfigDocument, list: ListPrices): ConfigDocument {
  const kinds = new Map(document.providers.map(({ id, kind }) => [id, kind]));
  const deployments = document.deployments.map((deployment) => {
    if (deployment.prices.length > 0) return deployment;
    const kind = kinds.get(deployment.provider) ?? '';
    const listed = list.find(
      ({ kinds: sellers, models }) => sellers.includes(kind) && models.includes(deployment.model),
    );
    return listed === undefined ? deployment : { ...deployment, prices: listed.prices };
  });
  return { ...document, deployments };
}
