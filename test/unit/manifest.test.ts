import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVENTS, METHOD_SCOPES, manifestOf, OLDER_EVENTS, SCOPES } from '../../adapters/slack/manifest.ts';
import { ROOT } from '../support/root.ts';

const sources = globSync('adapters/slack/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('manifest.ts'))
  .map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'))
  .join('\n');

/** Methods of the Web API that upload a file, behind one call of the client. */
const UPLOAD = ['files.getUploadURLExternal', 'files.completeUploadExternal'];

function methodsUsed(): Set<string> {
  const byName = [
    ...sources.matchAll(/'((?:chat|conversations|users|usergroups|views|agents|assistant|files)\.[\w.]+)'/g),
  ];
  const byProperty = [
    ...sources.matchAll(/\b(?:client|\w+Client)\s*\.((?:chat|auth|views|reactions|files)\.\w+)\(/g),
  ];
  const added = sources.matchAll(/\.(reactions)\s*\.(add|remove)\(|\bclient\.reactions\s*\n\s*\.(add)\(/g);
  return new Set([
    ...[...byName, ...byProperty].map(([, name]) => name ?? ''),
    ...[...added].map(([, , verb, other]) => `reactions.${verb ?? other}`),
    ...(sources.includes('filesUploadV2') ? UPLOAD : []),
  ]);
}

describe('the manifest', () => {
  test('in configs/ is the generated one', () => {
    const written: unknown = JSON.parse(readFileSync(`${ROOT}/configs/slack.manifest.json`, 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(manifestOf())));
  });

  test('asks for the scopes of every method that the code calls, and of no other', () => {
    expect([...methodsUsed()].sort()).toEqual(Object.keys(METHOD_SCOPES).sort());
  });

  test('subscribes to every event that the code listens to', () => {
    const listened = [...sources.matchAll(/app\.event\('(\w+)'/g)].map(([, name]) => name ?? '');
    const named = new Set([...EVENTS, ...OLDER_EVENTS].map((name) => name.replace(/\..*/, '')));
    expect(new Set(listened)).toEqual(named);
  });

  test('over HTTP names the bot’s address everywhere, and renews tokens where many install it', () => {
    const text = JSON.stringify(manifestOf({ url: 'https://bot.example.com', isDistributed: true }));
    expect(text.split('https://bot.example.com/slack/events').length - 1).toBe(3);
    expect(text).toContain('https://bot.example.com/slack/oauth_redirect');
    expect(text).toContain('"token_rotation_enabled":true');
    expect(SCOPES).toContain('assistant:write');
  });
});
