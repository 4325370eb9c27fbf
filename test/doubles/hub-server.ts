import { HubDouble } from './hub/server.ts';

/*
 * The Hub double as a program: node test/doubles/hub-server.ts [port] [endless] Its jobs queue for two
 * seconds and run for twenty, or for ever. Point HF_ENDPOINT and HF_DATASETS_SERVER at the address it prints.
 */
const hub = await HubDouble.start({ port: Number(process.argv[2] ?? 4102) });
const lines = Array.from(
  { length: 10 },
  (_, i) => `step ${(i + 1) * 100}/1000 loss ${(2 / (i + 2)).toFixed(3)}`,
);
const ENDLESS = { queueMs: 0, runMs: 0, lines };
const isEndless = process.argv[3] === 'endless';
hub.course = () =>
  isEndless
    ? ENDLESS
    : {
        queueMs: 2_000,
        runMs: 20_000,
        lines: [...lines, "{'eval_accuracy': 0.91}"],
        stage: 'COMPLETED',
      };
if (isEndless) hub.streamMs = 1_000;
process.stdout.write(`HF_ENDPOINT=${hub.url}\nHF_DATASETS_SERVER=${hub.url}\n`);
