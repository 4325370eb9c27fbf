import { expect, test } from 'vitest';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createCatalogue } from '../../src/llm/catalogue.ts';
import { factsOf } from '../../src/llm/facts.ts';
import { serverWith } from '../support/flood.ts';

/* Figures of others go into sums that the record keeps for ever: what can be none is left out, and alone. */

const serving = (body: unknown) =>
  serverWith((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });

const HARDWARE = {
  name: 'cpu-basic',
  prettyName: 'CPU Basic',
  cpu: '2 vCPU',
  ram: '16 GB',
  accelerator: null,
  unitCostMicroUSD: 167,
  unitCostUSD: 0.000167,
  unitLabel: 'minute',
};

test('an odd entry of the hardware list is left out alone', async () => {
  const url = await serving([
    { ...HARDWARE, name: 'free-of-form', unitCostUSD: null },
    { ...HARDWARE, name: 'dear', unitCostUSD: 1e18 },
    { ...HARDWARE, name: 'paid', unitCostUSD: -1 },
    { name: 'bare' },
    'nothing',
    HARDWARE,
  ]);
  const found = await createHardwareList(url, () => 0).all();
  expect(found).toEqual([
    { name: 'cpu-basic', description: '2 vCPU, 16 GB', hourlyUsd: 0.01, isCpu: true, ramGb: 16 },
  ]);
});

test('a price or a window that can be none is not known, and an odd provider is left out alone', async () => {
  const providers = [
    { provider: 'good', context_length: 100_000, pricing: { input: 1, output: 2 }, supports_tools: true },
    { provider: 'dear', context_length: 0, pricing: { input: 1e18, output: -1 }, supports_tools: true },
    { provider: 'odd', context_length: '4k', pricing: 'free', supports_tools: 'yes' },
    { context_length: 5 },
    null,
  ];
  const url = await serving({ data: [{ id: 'a/b', providers }, { id: 7 }] });
  const catalogue = createCatalogue(url, systemClock);
  expect(await catalogue.find('a/b')).toMatchObject({
    providers: [
      { name: 'good', contextTokens: 100_000, inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
      {
        name: 'dear',
        contextTokens: undefined,
        inputUsdPerMillion: undefined,
        outputUsdPerMillion: undefined,
      },
      { name: 'odd', contextTokens: undefined, takesTools: false },
    ],
  });
  expect(await factsOf(catalogue, 'a/b', { contextTokens: 5, price: undefined })).toMatchObject({
    contextTokens: 100_000,
    price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
  });
});
