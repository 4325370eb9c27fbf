import { loadConfig, secretsOf } from './config/load.ts';
import { openStorage } from './db/storage.ts';
import { createRedactor } from './ops/redaction.ts';
import { exportFeedback } from './session/feedback.ts';

/** `npm run feedback`: what people said of answers, one JSON object a line. The bot may be running, unless it is embedded. */
const config = loadConfig(process.env, process.cwd());
const redact = createRedactor(secretsOf(config));
const storage = await openStorage({
  databaseUrl: config.secrets.DATABASE_URL,
  redisUrl: undefined,
  embedded: config.data_dir,
});
try {
  for await (const item of exportFeedback(storage.db)) {
    process.stdout.write(`${redact(JSON.stringify(item))}\n`);
  }
} finally {
  await storage.close();
}
