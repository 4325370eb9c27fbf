import { HubDouble } from './hub.ts';

/*
 * The Hub double as a program: node test/doubles/hub-server.ts [port]
 * Its jobs queue for two seconds and run for twenty. Point HF_ENDPOINT and HF_DATASETS_SERVER at the address it prints.
 */
const hub = await HubDouble.start({ port: Number(process.argv[2] ?? 4102) });
const lines = Array.from(
  { length: 10 },
  (_, i) => `step ${(i + 1) * 100}/1000 loss ${(2 / (i + 2)).toFixed(3)}`,
);
hub.course = () => ({
  queueMs: 2_000,
  runMs: 20_000,
  lines: [...lines, "{'eval_accuracy': 0.91}"],
  stage: 'COMPLETED',
});
process.stdout.write(`HF_ENDPOINT=${hub.url}\nHF_DATASETS_SERVER=${hub.url}\n`);
