import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/lib/redaction.ts';
import { examinedBy, timesAsMuch } from '../support/examined.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const redact = createRedactor([{ name: 'HF_TOKEN', value: 's3cret-of-this/process+7' }]);

describe('a long hostile text', () => {
  test.each(HOSTILE_TEXTS)('of %s takes eight times the searches of an eighth', (_name, make) => {
    const [short, long] = [50_000, 400_000].map((size) => examinedBy(() => redact(make(size))));
    const ratio = timesAsMuch(long, short);
    expect(ratio.searches).toBeLessThan(10);
    expect(ratio.characters).toBeLessThan(10);
  });
});
