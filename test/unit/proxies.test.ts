import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/lib/network.ts';

const BOTH = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' };

describe('the proxy of an address', () => {
  test.each([
    ['http://example.com', 'plain:1'],
    ['https://example.com', 'secure:2'],
    ['ws://example.com', 'plain:1'],
    ['wss://example.com', 'secure:2'],
  ])('goes by its protocol: %s', (url, proxy) => {
    expect(proxyFor(new URL(url), BOTH)?.host).toBe(proxy);
  });

  test.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'https://a.b.example.com'],
    ['example.com', 'https://EXAMPLE.com.'],
    ['.example.com', 'https://example.com'],
    ['*.example.com', 'https://a.example.com'],
    ['other.com, example.com', 'https://example.com'],
    ['other.com example.com', 'https://example.com'],
    ['example.com:443', 'https://example.com'],
    ['example.com:8443', 'wss://example.com:8443'],
    ['127.0.0.1,localhost', 'http://127.0.0.1:11434'],
    ['::1', 'http://[::1]:8000'],
    ['[::1]:8000', 'http://[::1]:8000'],
    ['*', 'https://example.com'],
    ['none.invalid,*', 'https://example.com'],
  ])('is none where NO_PROXY is "%s": %s', (NO_PROXY, url) => {
    expect(proxyFor(new URL(url), { ...BOTH, NO_PROXY })).toBeUndefined();
  });

  test.each([
    ['example.com', 'https://notexample.com'],
    ['*.example.com', 'https://example.com'],
    ['example.com:8443', 'https://example.com'],
    ['127.0.0.1', 'http://127.0.0.2'],
    ['', 'https://example.com'],
  ])('is one where NO_PROXY is "%s": %s', (NO_PROXY, url) => {
    expect(proxyFor(new URL(url), { ...BOTH, NO_PROXY })).toBeDefined();
  });

  test('is none where none is set', () => {
    expect(proxyFor(new URL('https://example.com'), {})).toBeUndefined();
  });
});
