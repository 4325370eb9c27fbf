import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { PLATFORMS } from '../app/platforms.ts';
import { configFileSchema } from '../config/schema.ts';

/** The JSON schema that editors complete configs/main_agent_config.json with. */
export function configJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(configFileSchema(PLATFORMS), { io: 'input', unrepresentable: 'any' }), null, 2)}\n`;
}

export const SCHEMA_FILE = new URL('../../configs/main_agent_config.schema.json', import.meta.url);

export function isSchemaCurrent(): boolean {
  return readFileSync(SCHEMA_FILE, 'utf8') === configJsonSchema();
}

if (import.meta.main) writeFileSync(SCHEMA_FILE, configJsonSchema());
