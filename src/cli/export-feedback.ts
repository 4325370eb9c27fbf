import { PLATFORMS } from '../app/platforms.ts';
import { secretsOf } from '../config/known-secrets.ts';
import { loadConfig } from '../config/load.ts';
import { openStorage, storageOf } from '../db/storage.ts';
import { exportFeedback } from '../intake/feedback.ts';
import { createRedaction } from '../lib/redaction.ts';

/**
 * `npm run feedback`: what people said of answers, one JSON object a line. The bot may be running, unless it
 * is embedded.
 */
const config = loadConfig(process.env, process.cwd(), PLATFORMS);
const redaction = createRedaction(secretsOf(config));
const storage = await openStorage(storageOf(config));
try {
  for await (const item of exportFeedback(storage.db)) {
    process.stdout.write(`${JSON.stringify(redaction.value(item))}\n`);
  }
} finally {
  await storage.close();
}
