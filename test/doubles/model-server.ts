import { story } from '../support/story.ts';
import { startModelDouble } from './model.ts';

/*
 * The model double as a program: node test/doubles/model-server.ts [port]
 * It plays the model of the main story. Point MODEL_BASE_URL at the address it prints.
 */
const model = await startModelDouble(story, { port: Number(process.argv[2] ?? 4101), chunkMs: 15 });
process.stdout.write(`MODEL_BASE_URL=${model.baseUrl}\n`);
