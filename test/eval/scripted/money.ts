import { FAQ, IMDB, QWEN } from '../names.ts';
import { classifier, tuned } from '../scripts.ts';
import { type Conduct, call, details, inspect, hardware as prices, run, told } from './conduct.ts';

type Chosen = { flavor: string; timeout: string; reads: boolean };

export const hardware = ({
  flavor = 'l40sx1',
  timeout = '4h',
  reads = true,
}: Partial<Chosen> = {}): Conduct => [
  { calls: [inspect(FAQ), details('model', QWEN), ...(reads ? [prices] : [])] },
  { calls: [run({ script: tuned({ model: QWEN, target: 'ada/faq-1.5b' }), flavor, timeout })] },
  told(/'train_loss': (\d\.\d+)/, (value) => `**Final train_loss: ${value}**, from the end of the log.`),
];

const atRate = (learning_rate: string, timeout: string) =>
  run({
    script: classifier({
      target: `ada/imdb-${learning_rate}`,
      settings: { num_train_epochs: '1', learning_rate },
    }),
    ...{ flavor: 'l4x1', timeout, name: `IMDB · lr ${learning_rate}` },
  });

type Sweep = { timeout: string; isAtOnce: boolean; winner: string; rates: readonly string[] };

export const sweep = (given: Partial<Sweep> = {}): Conduct => {
  const { timeout = '1h', isAtOnce = false, winner = '5e-5', rates = ['1e-5', '2e-5', '5e-5'] } = given;
  const [first = '', ...others] = rates;
  return [
    { calls: [inspect(IMDB)] },
    ...(isAtOnce
      ? [{ calls: rates.map((rate) => atRate(rate, timeout)) }]
      : [{ calls: [atRate(first, timeout)] }, { calls: others.map((rate) => atRate(rate, timeout)) }]),
    told(/eval_accuracy': (0\.9244)/, (value) => `**${winner}** is the best, with an accuracy of ${value}.`),
  ];
};

export const price = ({ reads = true, says = '$5.40', pays = ' The account ada pays.' } = {}): Conduct => [
  ...(reads ? [{ calls: [prices] }] : []),
  { text: `**${says}**: three hours of l40sx1 at $1.80 an hour.${pays}` },
];

/** Looks at one thing after another, and at none that it needs. */
export const priceForever: Conduct = [
  { calls: [prices] },
  ...Array.from({ length: 40 }, (_, i) => ({
    calls: [call('hub_search', { kind: 'model', query: `model ${i}` })],
  })),
];

export const priceButRuns: Conduct = [
  { calls: [prices] },
  { calls: [run({ script: classifier(), flavor: 'l40sx1', timeout: '3h' })] },
  { text: '**$5.40**: three hours of l40sx1 at $1.80 an hour. The account ada pays. I have started it.' },
];

const after = (epochs: string, trainOn = 'train') =>
  run({
    script: classifier({ trainOn, target: `ada/imdb-${epochs}`, settings: { num_train_epochs: epochs } }),
    ...{ flavor: 'l4x1', timeout: '2h' },
  });

export const headless = ({ epochs = ['1', '3'], trainOn = 'train', asks = false } = {}): Conduct => [
  { calls: [inspect(IMDB)] },
  ...epochs.map((count) => ({ calls: [after(count, trainOn)] })),
  told(
    /eval_accuracy': (0\.\d+), 'epoch'/,
    (value) => `**eval_accuracy ${value}** after ${epochs.at(-1)} epochs.${asks ? ' Shall I go on?' : ''}`,
  ),
];
