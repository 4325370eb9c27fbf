import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/ops/redaction.ts';

const redact = createRedactor(['s3cret-of-this-process']);
const random = 'Zx9'.repeat(12);

describe('secrets', () => {
  test.each([
    `hf_${random}`,
    `sk-${random}`,
    `sk-ant-api03-${random}`,
    `ghp_${random}`,
    `github_pat_${random}`,
    'AKIAIOSFODNN7EXAMPLE',
    `xoxb-123-456-${random}`,
    `xapp-1-A1-${random}`,
    `MTA${random.slice(0, 22)}.Gxxxxx.${random}`,
    's3cret-of-this-process',
  ])('%s does not survive, wherever it stands', (secret) => {
    for (const text of [
      secret,
      `token: ${secret}.`,
      `{"a":"${secret}"}`,
      `curl -H 'Authorization: Bearer ${secret}'`,
    ]) {
      expect(redact(text)).not.toContain(secret);
    }
  });

  test.each([
    'MY_API_KEY="abcdef1234"',
    `export DB_PASSWORD=hunter2hunter2`,
    '{"HF_TOKEN": "plainvalue"}',
    'Authorization: Bearer abcdefghijkl123456',
  ])('the value in %s is taken out', (text) => {
    expect(redact(text)).toContain('[redacted]');
    expect(redact(text)).not.toMatch(/abcdef|hunter2|plainvalue/);
  });
});

describe('code and prose stay as they are', () => {
  test.each([
    'token = os.environ["HF_TOKEN"]',
    'HF_TOKEN = os.environ.get("HF_TOKEN")',
    'login(token=HF_TOKEN)',
    'secrets={"HF_TOKEN": "$HF_TOKEN"}',
    'tokenizer = AutoTokenizer.from_pretrained("distilbert/distilbert-base-uncased")',
    'Set the API_KEY in your settings; the PASSWORD is yours to choose.',
    'hf_jobs run, hf_papers, sk-learn',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
