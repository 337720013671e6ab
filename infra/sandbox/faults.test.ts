import { describe, expect, it } from 'vitest';
import { FaultChooser } from './faults.ts';

const CALL = { provider: 'openai', model: 'gpt-6-luna', promptHash: 'aa' } as const;

describe('FaultChooser', () => {
  it('lets a counted fault strike a prompt that often, whichever model is called', () => {
    const chooser = new FaultChooser();
    const faults = [{ fault: 'reset', times: 1 }] as const;

    const struck = [
      chooser.choose(faults, CALL),
      chooser.choose(faults, { ...CALL, model: 'gpt-6.1-sol' }),
      chooser.choose(faults, { ...CALL, promptHash: 'bb' }),
    ];

    expect(struck).toEqual([faults[0], undefined, faults[0]]);
  });

  it('passes by faults of other models and providers', () => {
    const chooser = new FaultChooser();
    const faults = [
      { fault: 'reset', model: 'other' },
      { fault: 'end', provider: 'gemini' },
      { fault: 'stall' },
    ] as const;

    const struck = chooser.choose(faults, CALL);

    expect(struck).toEqual({ fault: 'stall' });
  });
});
