import { type Bill, type BillInput, makeBill } from './bill.ts';

/**
 * What an attempt that failed cost us: booked as waste, never to the tenant. A provider that reported no usage and
 * answered with nothing is taken to charge nothing.
 */
export function wasteOf(input: BillInput): Bill | undefined {
  return input.usage === undefined && input.outputCharacters === 0 ? undefined : makeBill(input);
}
