import { uploadFiles } from '@huggingface/hub';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HubDouble } from '../doubles/hub/server.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

const upload = (repo: { type: 'model' | 'bucket'; name: string }, path: string, content: Buffer) =>
  uploadFiles({
    repo,
    files: [{ path, content: new Blob([content]) }],
    hubUrl: hub.url,
    accessToken: 'hf_token',
  });

/** Bytes that look random, and some that repeat: both are in a file of any size. */
function bytes(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, (_, i) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return i % 200_000 < 100_000 ? state >> 16 : i >> 10;
    }),
  );
}

test.each([
  ['a script', 150_000],
  ['a file of many chunks', 2_500_000],
])('the client puts %s into a bucket over Xet, byte for byte', async (_name, length) => {
  const bucket = hub.repos.add('bucket', 'ada/b');
  const content = bytes(length);
  await upload({ type: 'bucket', name: 'ada/b' }, 'a/script.py', content);
  expect(bucket.files.get('a/script.py')?.equals(content)).toBe(true);
});

test('a file of a repository that is too large to be inline goes over Xet, and its commit finds it', async () => {
  const repo = hub.repos.add('model', 'ada/m');
  const content = bytes(10_500_000);
  await upload({ type: 'model', name: 'ada/m' }, 'model.safetensors', content);
  expect(repo.files.get('model.safetensors')?.equals(content)).toBe(true);
  expect(hub.requests.map(({ path }) => path)).toContain('/xet-cas/v1/shards');
});
